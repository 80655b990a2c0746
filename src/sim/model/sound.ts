/**
 * Audio inside the built-in model: 16-bit samples at one of the two rates of the protocol, and the
 * way to and from its wire formats.
 */
import { aLawDecode, aLawEncode, muLawDecode, muLawEncode } from '../../audio/g711.ts'
import { createDownsampler, createUpsampler } from '../../audio/resample.ts'
import type { AudioFormat } from './events.ts'

export type SampleRate = 8000 | 24000

/** A piece of audio, mono. */
export type Sound = Readonly<{ sampleRateHz: SampleRate; pcm: Int16Array }>

export const SILENCE: Sound = { sampleRateHz: 8000, pcm: new Int16Array(0) }

/** How long a sound lasts, in ms, with fractions. */
export const soundMs = ({ sampleRateHz, pcm }: Sound): number => (pcm.length * 1000) / sampleRateHz

/** The sampling rate a format carries. */
export const rateOf = (format: AudioFormat): SampleRate =>
  format.type === 'audio/pcm' ? 24000 : 8000

/** The bytes that one ms takes in a format: 48 or 8. */
export const bytesPerMs = (format: AudioFormat): number => format.type === 'audio/pcm' ? 48 : 8

/** Brings a sound to another rate; the same object when it has that rate already. */
export const toRate = (sound: Sound, sampleRateHz: SampleRate): Sound => {
  if (sound.sampleRateHz === sampleRateHz) return sound
  if (sampleRateHz === 24000) {
    const pcm = new Int16Array(sound.pcm.length * 3)
    createUpsampler().process(sound.pcm, pcm)
    return { sampleRateHz, pcm }
  }
  const pcm = new Int16Array(Math.ceil(sound.pcm.length / 3))
  const written = createDownsampler().process(sound.pcm, pcm)
  return { sampleRateHz, pcm: pcm.subarray(0, written) }
}

/** Encodes a sound in a wire format, bringing it to the format's rate first. */
export const encodeSound = (sound: Sound, format: AudioFormat): Uint8Array => {
  const { pcm } = toRate(sound, rateOf(format))
  if (format.type === 'audio/pcm') {
    return new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength).slice()
  }
  const codes = new Uint8Array(pcm.length)
  if (format.type === 'audio/pcmu') muLawEncode(pcm, codes)
  else aLawEncode(pcm, codes)
  return codes
}

/** Decodes whole samples of a wire format. Half a sample at the end of PCM is left out. */
export const decodeSound = (bytes: Uint8Array, format: AudioFormat): Int16Array => {
  if (format.type === 'audio/pcm') {
    return new Int16Array(bytes.slice(0, bytes.length & ~1).buffer)
  }
  const pcm = new Int16Array(bytes.length)
  if (format.type === 'audio/pcmu') muLawDecode(bytes, pcm)
  else aLawDecode(bytes, pcm)
  return pcm
}

/** Cuts a piece out of a sound, from and to in ms; shares the samples. */
export const cutSound = ({ sampleRateHz, pcm }: Sound, fromMs: number, toMs: number): Sound => ({
  sampleRateHz,
  pcm: pcm.subarray(samplesIn(fromMs, sampleRateHz), samplesIn(toMs, sampleRateHz)),
})

/** How many samples a time takes, to the nearest. */
export const samplesIn = (ms: number, sampleRateHz: SampleRate): number =>
  Math.max(0, Math.round((ms * sampleRateHz) / 1000))
