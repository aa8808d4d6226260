/** Ends what it stands for; the same shape as the editor's own. */
export interface Disposable {
  dispose(): void;
}

/** Tells listeners of what happens, in the order in which they came. Free of the editor's API. */
export class Emitter<T> {
  private listeners: readonly ((value: T) => void)[] = [];

  readonly event = (listener: (value: T) => void): Disposable => {
    this.listeners = [...this.listeners, listener];
    return {
      dispose: () => {
        this.listeners = this.listeners.filter((one) => one !== listener);
      },
    };
  };

  fire(value: T): void {
    for (const listener of this.listeners) listener(value);
  }

  dispose(): void {
    this.listeners = [];
  }
}
