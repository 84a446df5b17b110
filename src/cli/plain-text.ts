/**
 * Text from outside as it may be written to a terminal: control characters (escape sequences among them), line breaks and characters that
 * turn the writing direction are shown as `\u{…}`.
 *
 * Source: https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
export function plainText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`);
}
