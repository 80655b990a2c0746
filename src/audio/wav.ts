/**
 * WAV files in and out: recordings, fixtures and hold music, in the formats that telephone systems
 * really write.
 *
 * Real files have chunks nobody asked for, a padding byte after odd ones, and a data length of
 * 0xffffffff from programs that wrote to a pipe: so data that ends with the file is whole.
 */
import { aLawDecode, muLawDecode } from './g711.ts'

/** The audio of a file, whatever it was written in. */
export type Wav = Readonly<{
  sampleRateHz: number
  /** One array of samples a channel, all of the same length. */
  channels: readonly Int16Array[]
}>

/** Why a file cannot be read: no RIFF/WAVE, a broken fmt chunk, a format not known, no audio. */
export type WavErrorCode = 'not-a-wav' | 'bad-format' | 'unsupported-format' | 'no-data'

/** Says what is wrong with a file that should be a WAV. */
export class WavError extends Error {
  override readonly name = 'WavError'
  readonly code: WavErrorCode

  constructor(code: WavErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * Reads PCM of 8 or 16 bits, mu-law or A-law, with any number of channels; throws a WavError for
 * all else.
 */
export const readWav = (bytes: Uint8Array): Wav => {
  const chunks = readChunks(bytes)
  const format = readFormat(chunks.get('fmt '))
  const data = chunks.get('data')
  if (!data) throw new WavError('no-data', 'Cannot read WAV: it has no data chunk')
  const samples = decodeSamples(data, format)
  return { sampleRateHz: format.sampleRateHz, channels: deinterleave(samples, format.channelCount) }
}

/** Writes PCM of 16 bits. The channels must be of one length; a RangeError says if they are not. */
export const writeWav = ({ sampleRateHz, channels }: Wav): Uint8Array<ArrayBuffer> => {
  const channelCount = channels.length
  const frameCount = channelCount > 0 ? channels[0].length : 0
  if (channelCount === 0 || channels.some((channel) => channel.length !== frameCount)) {
    const lengths = channels.map((channel) => channel.length).join(', ')
    throw new RangeError(`Cannot write WAV: channels of lengths [${lengths}], need equal ones`)
  }
  const dataBytes = 2 * channelCount * frameCount
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + dataBytes))
  writeHeader(view, { sampleRateHz, channelCount, dataBytes })
  for (let i = 0, at = HEADER_BYTES; i < frameCount; i++) {
    for (let c = 0; c < channelCount; c++, at += 2) view.setInt16(at, channels[c][i], true)
  }
  return new Uint8Array(view.buffer)
}

type Format = Readonly<{
  encoding: number
  channelCount: number
  sampleRateHz: number
  bitsPerSample: number
}>

const HEADER_BYTES = 44

const PCM = 1
const A_LAW = 6
const MU_LAW = 7
/** The real format stands in the first two bytes of the GUID at the end of the chunk. */
const EXTENSIBLE = 0xfffe

/** The first chunk of each name. */
const readChunks = (bytes: Uint8Array): Map<string, DataView> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (readTag(view, 0) !== 'RIFF' || readTag(view, 8) !== 'WAVE') {
    throw new WavError('not-a-wav', 'Cannot read WAV: the file does not start with RIFF and WAVE')
  }
  const chunks = new Map<string, DataView>()
  for (let at = 12; at + 8 <= view.byteLength;) {
    const tag = readTag(view, at)
    const start = at + 8
    const length = Math.min(view.getUint32(at + 4, true), view.byteLength - start)
    if (!chunks.has(tag)) {
      chunks.set(tag, new DataView(bytes.buffer, bytes.byteOffset + start, length))
    }
    at = start + length + (length & 1)
  }
  return chunks
}

const readFormat = (chunk: DataView | undefined): Format => {
  if (!chunk || chunk.byteLength < 16) {
    throw new WavError('bad-format', 'Cannot read WAV: its fmt chunk is missing or cut short')
  }
  const tag = chunk.getUint16(0, true)
  const format = {
    encoding: tag === EXTENSIBLE && chunk.byteLength >= 26 ? chunk.getUint16(24, true) : tag,
    channelCount: chunk.getUint16(2, true),
    sampleRateHz: chunk.getUint32(4, true),
    bitsPerSample: chunk.getUint16(14, true),
  }
  if (format.channelCount === 0 || format.sampleRateHz === 0) {
    throw new WavError('bad-format', 'Cannot read WAV: it names no channels or no sample rate')
  }
  return format
}

const decodeSamples = (data: DataView, { encoding, bitsPerSample }: Format): Int16Array => {
  const samples = new Int16Array(Math.floor(data.byteLength / (bitsPerSample === 16 ? 2 : 1)))
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  switch (`${encoding}/${bitsPerSample}`) {
    case `${PCM}/16`:
      for (let i = 0; i < samples.length; i++) samples[i] = data.getInt16(2 * i, true)
      return samples
    case `${PCM}/8`: // the only WAV format without a sign
      for (let i = 0; i < samples.length; i++) samples[i] = (bytes[i] - 128) << 8
      return samples
    case `${MU_LAW}/8`:
      muLawDecode(bytes, samples)
      return samples
    case `${A_LAW}/8`:
      aLawDecode(bytes, samples)
      return samples
  }
  throw new WavError(
    'unsupported-format',
    `Cannot read WAV: format ${encoding} with ${bitsPerSample} bits is not known; ` +
      'convert it to PCM of 16 bits',
  )
}

/** A last instant that not all channels have is left out. */
const deinterleave = (samples: Int16Array, channelCount: number): Int16Array[] => {
  if (channelCount === 1) return [samples]
  const frameCount = Math.floor(samples.length / channelCount)
  return Array.from({ length: channelCount }, (_, channel) => {
    const own = new Int16Array(frameCount)
    for (let i = 0; i < frameCount; i++) own[i] = samples[i * channelCount + channel]
    return own
  })
}

const readTag = (view: DataView, at: number): string =>
  at + 4 > view.byteLength
    ? ''
    : String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)))

const writeTag = (view: DataView, at: number, tag: string): void => {
  for (let i = 0; i < 4; i++) view.setUint8(at + i, tag.charCodeAt(i))
}

const writeHeader = (
  view: DataView,
  { sampleRateHz, channelCount, dataBytes }: Record<
    'sampleRateHz' | 'channelCount' | 'dataBytes',
    number
  >,
): void => {
  writeTag(view, 0, 'RIFF')
  view.setUint32(4, HEADER_BYTES - 8 + dataBytes, true)
  writeTag(view, 8, 'WAVE')
  writeTag(view, 12, 'fmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, PCM, true)
  view.setUint16(22, channelCount, true)
  view.setUint32(24, sampleRateHz, true)
  view.setUint32(28, 2 * channelCount * sampleRateHz, true)
  view.setUint16(32, 2 * channelCount, true)
  view.setUint16(34, 16, true)
  writeTag(view, 36, 'data')
  view.setUint32(40, dataBytes, true)
}
