/** What the model is told of a result: as much as it can use, and nothing it must not hear. */

/** Cuts a text to a number of bytes of UTF-8, with a note that it was cut. */
export const boundText = (text: string, maxBytes: number): string => {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxBytes))
  return read < text.length ? `${text.slice(0, read)}\n[The rest was cut off: too long.]` : text
}

/**
 * Blots out what the caller entered on the keypad for a tool alone: a server that repeats a card number would else tell the model,
 * and the model the caller and the transcript. Digits count with blanks or dashes between them, as they are often written.
 */
export const hideSecrets = (text: string, secrets: Readonly<Record<string, string>>): string =>
  Object.values(secrets).filter((secret) => secret.length >= SHORTEST).reduce(
    (shown, secret) => shown.replace(patternOf(secret), '[hidden]'),
    text,
  )

/** Fewer digits are everywhere, and hiding them would make nonsense of a price. */
const SHORTEST = 3

const patternOf = (secret: string): RegExp => {
  const digits = [...secret].map((digit) => digit.replace(/[^0-9a-z]/i, '\\$&')).join('[ -]?')
  return new RegExp(`(?<![0-9])${digits}(?![0-9])`, 'g')
}
