/**
 * The input audio buffer: what the client has appended, on a clock of its own that counts written
 * audio, not time.
 */
import { base64Decode, decodedLength } from '../../audio/base64.ts'
import type { AudioFormat } from './events.ts'
import { decodeSound, rateOf, samplesIn, type Sound, toRate } from './sound.ts'

export type InputAudio = Readonly<{
  /** Adds the audio of one event and returns its samples; undefined when the text is not base64. */
  append: (audio: string) => Int16Array | undefined
  /** How much has been written in this session, in ms. */
  writtenMs: () => number
  /** The audio between two times, as far as it is still known. */
  cut: (fromMs: number, toMs: number) => Sound
  /** Lets go of the audio before a time. Does nothing when everything is to be kept. */
  forgetBefore: (ms: number) => void
  /** Goes on in another format; what was written before is converted to its rate. */
  setFormat: (format: AudioFormat) => void
}>

/** Starts an empty buffer. With `keepAll` nothing is forgotten: 16 or 48 kB a second. */
export const createInputAudio = (firstFormat: AudioFormat, keepAll: boolean): InputAudio => {
  let format = firstFormat
  let rate = rateOf(format)
  let samples: Int16Array = new Int16Array(rate)
  let length = 0
  let forgotten = 0
  let halfSample: Uint8Array = new Uint8Array(0)

  const write = (pcm: Int16Array) => {
    if (length + pcm.length > samples.length) {
      const larger = new Int16Array(2 * (length + pcm.length))
      larger.set(samples.subarray(0, length))
      samples = larger
    }
    samples.set(pcm, length)
    length += pcm.length
  }
  const indexOf = (ms: number) => Math.min(length, Math.max(0, samplesIn(ms, rate) - forgotten))

  return {
    append: (audio) => {
      const bytes = new Uint8Array(halfSample.length + decodedLength(audio))
      bytes.set(halfSample)
      if (base64Decode(audio, bytes.subarray(halfSample.length)) < 0) return undefined
      const pcm = decodeSound(bytes, format)
      halfSample = format.type === 'audio/pcm' ? bytes.slice(pcm.length * 2) : halfSample
      write(pcm)
      return pcm
    },
    writtenMs: () => ((forgotten + length) * 1000) / rate,
    cut: (fromMs, toMs) => ({
      sampleRateHz: rate,
      pcm: samples.slice(indexOf(fromMs), indexOf(toMs)),
    }),
    forgetBefore: (ms) => {
      const count = indexOf(ms)
      if (keepAll || count < rate) return
      samples.copyWithin(0, count, length)
      length -= count
      forgotten += count
    },
    setFormat: (next) => {
      const all = toRate({ sampleRateHz: rate, pcm: samples.slice(0, length) }, rateOf(next))
      forgotten = Math.round((forgotten * all.sampleRateHz) / rate)
      format = next
      rate = all.sampleRateHz
      samples = all.pcm
      length = all.pcm.length
      halfSample = new Uint8Array(0)
    },
  }
}
