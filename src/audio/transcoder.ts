/**
 * Between the audio of the two wires: base64 mu-law at 8 kHz with the caller; with the model the
 * same, or PCM16 at 24 kHz.
 *
 * To the model audio goes as it comes. To the caller it goes in whole 20 ms frames, and because the
 * model's deltas end anywhere, even inside a sample, an item has an end: only then the rest is
 * known to be the rest.
 */
import { base64Decode, base64Encode, decodedLength } from './base64.ts'
import { TAP_COUNT } from './filter-coefficients.ts'
import { createFramer, FRAME_BYTES } from './frame.ts'
import { muLawDecode, muLawEncode } from './g711.ts'
import { createDownsampler, createUpsampler } from './resample.ts'
import { createScratch } from './scratch.ts'

/** The audio of one call, with state both ways. A payload that is not base64 gives ''. */
export type Transcoder = Readonly<{
  /** Base64 mu-law of any length to base64 in the model's format, all of it at once. */
  toModel: (payload: string) => string
  /** The same of mu-law that is decoded already; `payload` is what it was decoded from, where there is such a text. */
  codesToModel: (codes: Uint8Array, payload?: string) => string
  /** Base64 in the model's format, any length, to base64 mu-law of the frames whole now, or ''. */
  toCaller: (payload: string) => string
  /** The rest of the item, its last frame filled with silence, or ''. The next starts clean. */
  endOfItem: () => string
  /** Forgets what is carried, so that nothing of an item cut off is heard in the next one. */
  dropItem: () => void
  /** How long a payload in the model's format lasts, in ms, with fractions. */
  modelMs: (payload: string) => number
  /** How many payloads were not base64. */
  readonly rejected: number
}>

/** Makes the transcoder of one call for the format that its session with the model speaks. */
export const createTranscoder = (audio: 'pcm' | 'pcmu'): Transcoder =>
  audio === 'pcmu' ? createPassThrough() : createPcmTranscoder()

/**
 * The memory that all calls work in, one after the other: what is in it means something only within one function. A block of its own
 * for each call would be cold whenever the call has its turn.
 */
const work = { codes: createScratch(), narrow: createScratch(), wide: createScratch() }

/** Mu-law on both sides: nothing to compute, but what the model says is checked and framed. */
const createPassThrough = (): Transcoder => {
  const framer = createFramer()
  let rejected = 0

  const toCaller = (payload: string): string => {
    const codes = work.codes.bytes(decodedLength(payload))
    if (base64Decode(payload, codes) < 0) {
      rejected++
      return ''
    }
    const isWhole = framer.carried === 0 && codes.length % FRAME_BYTES === 0
    const isPadded = payload.length % 4 === 0
    return isWhole && isPadded ? payload : base64Encode(framer.push(codes))
  }

  return {
    toModel: (payload) => payload,
    codesToModel: (codes, payload = base64Encode(codes)) => payload,
    toCaller,
    endOfItem: () => base64Encode(framer.end()),
    dropItem: framer.drop,
    modelMs: (payload) => decodedLength(payload) / MU_LAW_BYTES_PER_MS,
    get rejected() {
      return rejected
    },
  }
}

const createPcmTranscoder = (): Transcoder => {
  assertLittleEndian()
  const fromCaller = createWidening()
  const fromModel = createNarrowing()
  return {
    toModel: fromCaller.take,
    codesToModel: fromCaller.widen,
    toCaller: fromModel.take,
    endOfItem: fromModel.end,
    dropItem: fromModel.drop,
    modelMs: (payload) => decodedLength(payload) / PCM_BYTES_PER_MS,
    get rejected() {
      return fromCaller.rejected + fromModel.rejected
    },
  }
}

/** Mu-law at 8 kHz to PCM16 at 24 kHz, one endless stream. */
const createWidening = () => {
  const upsampler = createUpsampler()
  let rejected = 0

  const take = (payload: string): string => {
    const codes = work.codes.bytes(decodedLength(payload))
    if (base64Decode(payload, codes) >= 0) return widen(codes)
    rejected++
    return ''
  }

  const widen = (codes: Uint8Array): string => {
    const samples = work.narrow.samples(codes.length)
    muLawDecode(codes, samples)
    upsampler.process(samples, work.wide.samples(3 * codes.length))
    return base64Encode(work.wide.bytes(6 * codes.length))
  }

  return {
    take,
    widen,
    get rejected() {
      return rejected
    },
  }
}

/** PCM16 at 24 kHz to frames of mu-law at 8 kHz, item by item. */
const createNarrowing = () => {
  const downsampler = createDownsampler()
  const framer = createFramer()
  let rejected = 0
  let inItem = false
  let oddByte = -1 // half of a sample whose other half is in the next delta; -1 if there is none

  const take = (payload: string): string => {
    const carried = oddByte < 0 ? 0 : 1
    const input = work.wide.bytes(carried + decodedLength(payload))
    if (base64Decode(payload, input.subarray(carried)) < 0) {
      rejected++
      return ''
    }
    if (carried) input[0] = oddByte
    oddByte = input.length % 2 ? input[input.length - 1] : -1
    inItem ||= input.length > 1
    return base64Encode(framer.push(encode(work.wide.samples(input.length >> 1))))
  }

  const encode = (samples: Int16Array): Uint8Array => {
    const room = work.narrow.samples(Math.ceil(samples.length / 3))
    const output = room.subarray(0, downsampler.process(samples, room))
    const coded = work.codes.bytes(output.length)
    muLawEncode(output, coded)
    return coded
  }

  // The last sample has left the filter only when as much silence has gone in after it.
  const end = (): string => {
    const rest = inItem ? base64Encode(framer.end(encode(FILTER_TAIL))) : ''
    drop()
    return rest
  }

  const drop = (): void => {
    downsampler.reset()
    framer.drop()
    oddByte = -1
    inItem = false
  }

  return {
    take,
    end,
    drop,
    get rejected() {
      return rejected
    },
  }
}

const MU_LAW_BYTES_PER_MS = 8
const PCM_BYTES_PER_MS = 48

const FILTER_TAIL = new Int16Array(TAP_COUNT - 1)

/** PCM16 is little-endian on the wire, typed arrays are as the machine is. */
const assertLittleEndian = (): void => {
  const [lowByte] = new Uint8Array(Uint16Array.of(1).buffer)
  if (lowByte !== 1) {
    throw new Error('Cannot transcode PCM16 on a big-endian machine: use audio: pcmu')
  }
}
