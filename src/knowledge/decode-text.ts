/**
 * Bytes of a text file as text. Spreadsheets on Windows still write CSV in UTF-16 or in the code page of the country, and a price
 * list whose `ç` came out as `�` is not found by whoever asks for it.
 */

/** Decodes a text: by its byte order mark, as `charset` if one is known, as UTF-8, or else as Windows-1252, which never fails. */
export const decodeText = (bytes: Uint8Array, charset?: string): string => {
  const marked = markOf(bytes)
  for (const label of [marked ?? charset, 'utf-8']) {
    const text = label === undefined ? undefined : decodeAs(label, bytes)
    if (text !== undefined) return text
  }
  return new TextDecoder('windows-1252').decode(bytes)
}

const markOf = ([first, second]: Uint8Array): string | undefined =>
  first === 0xff && second === 0xfe
    ? 'utf-16le'
    : first === 0xfe && second === 0xff
    ? 'utf-16be'
    : undefined

const decodeAs = (label: string, bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes)
  } catch {
    // Not that encoding, or a name that is none.
    return undefined
  }
}
