/**
 * The head of a WAV file that grows: mu-law as the phone has it, 8000 Hz. While it grows its lengths are the largest there are,
 * which programs take to mean that the audio goes on to the end of the file; so it can be played at every moment, also after a crash.
 */

/** How long the head is; audio begins here. */
export const MU_LAW_HEAD_BYTES = 58

const RATE_HZ = 8000
const MU_LAW = 7
const UNKNOWN = 0xffffffff

/** Gives the head of a file with so much audio; with as much as follows when `dataBytes` is absent. */
export const muLawHead = (channelCount: number, dataBytes?: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(MU_LAW_HEAD_BYTES)
  const view = new DataView(bytes.buffer)
  const tag = (at: number, text: string) => {
    for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i)
  }
  tag(0, 'RIFF')
  view.setUint32(4, dataBytes === undefined ? UNKNOWN : MU_LAW_HEAD_BYTES - 8 + dataBytes, true)
  tag(8, 'WAVEfmt ')
  view.setUint32(16, 18, true)
  view.setUint16(20, MU_LAW, true)
  view.setUint16(22, channelCount, true)
  view.setUint32(24, RATE_HZ, true)
  view.setUint32(28, RATE_HZ * channelCount, true)
  view.setUint16(32, channelCount, true)
  view.setUint16(34, 8, true)
  // What is not PCM says how many instants there are, too.
  tag(38, 'fact')
  view.setUint32(42, 4, true)
  view.setUint32(46, dataBytes === undefined ? UNKNOWN : dataBytes / channelCount, true)
  tag(50, 'data')
  view.setUint32(54, dataBytes ?? UNKNOWN, true)
  return bytes
}
