/**
 * The shortest decimal that reads back as `value` (finite, not negative), times ten to the power of `shift`, without an exponent:
 * `decimal(0.005, 2)` is "0.5". Exact: the point is moved in the text, so `Number(decimal(x, n) + "e-n")` is `x` again.
 */
export function decimal(value: number, shift = 0): string {
  const [mantissa = "0", exponent = "0"] = String(value).split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  const point = whole.length + Number(exponent) + shift;
  const digits = whole + fraction;
  const padded = digits.padStart(digits.length + Math.max(0, 1 - point), "0").padEnd(point, "0");
  const at = Math.max(1, point);
  const integer = padded.slice(0, at).replace(/^0+(?=\d)/, "");
  const rest = padded.slice(at).replace(/0+$/, "");
  return rest === "" ? integer : `${integer}.${rest}`;
}
