/**
 * G.711, the two 8-bit codes of the telephone, bit-exact with the ITU's own software (G.191).
 *
 * Most implementations on the net negate a negative sample, and then 127 of 65 536 values go one
 * code too far out. The standard takes the ones' complement (`~`), which also drops the bits below
 * the code's resolution without a rounding question, so a table over the upper 14 bits (mu-law) or
 * 12 bits (A-law) of a sample holds the whole encoder.
 *
 * https://www.itu.int/rec/T-REC-G.711
 */

/** The mu-law code of silence. Filling with 0x00 instead is a click at full scale. */
export const MU_LAW_SILENCE = 0xff

/** Encodes 16-bit samples as mu-law, as many as `pcm` holds; `codes` must be at least as long. */
export const muLawEncode = (pcm: Int16Array, codes: Uint8Array): void => {
  for (let i = 0; i < pcm.length; i++) codes[i] = MU_LAW_OF[(pcm[i] >> 2) & 0x3fff]
}

/** Decodes mu-law to 16-bit samples, as many as `codes` holds; `pcm` must be at least as long. */
export const muLawDecode = (codes: Uint8Array, pcm: Int16Array): void => {
  for (let i = 0; i < codes.length; i++) pcm[i] = PCM_OF_MU_LAW[codes[i]]
}

/** Encodes 16-bit samples as A-law, as many as `pcm` holds; `codes` must be at least as long. */
export const aLawEncode = (pcm: Int16Array, codes: Uint8Array): void => {
  for (let i = 0; i < pcm.length; i++) codes[i] = A_LAW_OF[(pcm[i] >> 4) & 0xfff]
}

/** Decodes A-law to 16-bit samples, as many as `codes` holds; `pcm` must be at least as long. */
export const aLawDecode = (codes: Uint8Array, pcm: Int16Array): void => {
  for (let i = 0; i < codes.length; i++) pcm[i] = PCM_OF_A_LAW[codes[i]]
}

/**
 * The mu-law code of a 14-bit sample. The bias of 33 puts the segment edges on powers of two: the
 * highest bit tells the segment, the four bits after it are the step, and all go out inverted.
 */
const muLawCode = (sample: number): number => {
  const magnitude = sample < 0 ? ~sample : sample
  const biased = Math.min(magnitude + 33, 0x1fff)
  const segment = 26 - Math.clz32(biased)
  const step = (biased >> (segment + 1)) & 0x0f
  const sign = sample < 0 ? 0x80 : 0
  return ~(sign | (segment << 4) | step) & 0xff
}

/** The sample of a mu-law code in 16 bits, where the bias of 33 is 132. */
const muLawSample = (code: number): number => {
  const bits = ~code & 0xff
  const magnitude = ((((bits & 0x0f) << 3) + 132) << ((bits >> 4) & 7)) - 132
  return bits & 0x80 ? -magnitude : magnitude
}

/**
 * The A-law code of a 13-bit sample, sign included. The first two segments have the same step, each
 * later one twice the step before; every other bit goes out inverted.
 */
const aLawCode = (sample: number): number => {
  const magnitude = sample < 0 ? ~sample : sample
  const segment = Math.max(0, 28 - Math.clz32(magnitude))
  const step = (magnitude >> Math.max(0, segment - 1)) & 0x0f
  const sign = sample < 0 ? 0 : 0x80
  return (sign | (segment << 4) | step) ^ 0x55
}

/** The sample of an A-law code in 16 bits, in the middle of its step. */
const aLawSample = (code: number): number => {
  const bits = code ^ 0x55
  const segment = (bits >> 4) & 7
  const inFirst = ((bits & 0x0f) << 4) + 8
  const magnitude = segment === 0 ? inFirst : (inFirst + 256) << (segment - 1)
  return bits & 0x80 ? magnitude : -magnitude
}

const MU_LAW_OF = Uint8Array.from({ length: 1 << 14 }, (_, bits) => muLawCode((bits << 18) >> 18))
const A_LAW_OF = Uint8Array.from({ length: 1 << 12 }, (_, bits) => aLawCode((bits << 20) >> 20))
const PCM_OF_MU_LAW = Int16Array.from({ length: 256 }, (_, code) => muLawSample(code))
const PCM_OF_A_LAW = Int16Array.from({ length: 256 }, (_, code) => aLawSample(code))
