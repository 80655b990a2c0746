/** Which part of a file a client asks for, so that a browser can begin to play in its middle. RFC 9110, section 14. */

export type ByteRange =
  | Readonly<{ is: 'whole' }>
  /** From a byte up to and with another. */
  | Readonly<{ is: 'part'; from: number; to: number }>
  /** There is no such part. */
  | Readonly<{ is: 'outside' }>

const WHOLE: ByteRange = { is: 'whole' }

/** Reads a `Range` header. What is no single range of bytes asks for all of it, as the RFC wants. */
export const byteRangeOf = (header: string | undefined, sizeBytes: number): ByteRange => {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? []
  if (first === undefined || (first === '' && last === '')) return WHOLE
  if (first === '') {
    const wanted = Math.min(Number(last), sizeBytes)
    return wanted === 0
      ? { is: 'outside' }
      : { is: 'part', from: sizeBytes - wanted, to: sizeBytes - 1 }
  }
  const from = Number(first)
  const to = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  // What ends before it begins is no range at all.
  if (last !== '' && Number(last) < from) return WHOLE
  return from >= sizeBytes ? { is: 'outside' } : { is: 'part', from, to }
}
