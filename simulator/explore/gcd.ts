/** The greatest common divisor of two integers that are not negative. */
export function gcd(one: number, other: number): number {
  return other === 0 ? one : gcd(other, one % other);
}
