/** An icon of the editor's own set, by name, with the name of a theme colour. */
export interface Icon {
  readonly id: string;
  readonly color?: string;
}
