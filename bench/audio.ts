/**
 * What the audio lane costs per 20 ms frame, beside linear interpolation as it is usually written.
 *
 * Run it on each runtime: `node bench/audio.ts`, `bun bench/audio.ts`, `deno run bench/audio.ts`.
 * Each number is the best of many rounds, taken in turns, because other work on the machine only
 * ever adds. A frame is 160 samples at 8 kHz and 480 at 24 kHz.
 */
import { parseArgs } from 'node:util'
import { base64Encode } from '../src/audio/base64.ts'
import { FRAME_BYTES } from '../src/audio/frame.ts'
import { muLawDecode, muLawEncode } from '../src/audio/g711.ts'
import { createDownsampler, createUpsampler } from '../src/audio/resample.ts'
import { createTranscoder } from '../src/audio/transcoder.ts'

/** One thing to measure: `run` handles one frame each time. */
type Row = Readonly<{ name: string; run: () => void }>

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '60' } } })
const ROUNDS = Number(values.rounds)
const FRAMES_PER_ROUND = 500
const FRAMES_PER_LONG_DELTA = 20

const main = (): void => {
  const [filtered, linear, payloads] = [filteredRows(), linearRows(), payloadRows()]
  const bestUs = measure([...filtered, ...linear, ...payloads])
  const both = (rows: readonly Row[]) => rows.reduce((sum, { name }) => sum + bestUs[name], 0)
  console.log(`${navigator.userAgent}, us per 20 ms frame, best of ${ROUNDS} rounds\n`)
  for (const [name, us] of Object.entries(bestUs)) {
    console.log(`${name.padEnd(52)}${us.toFixed(2).padStart(8)}`)
  }
  console.log(`\nlinear / filtered, both ways: ${(both(linear) / both(filtered)).toFixed(2)}`)
}

/** The product: the 95-tap filter and G.711 on the narrow side, in memory that is there already. */
const filteredRows = (): Row[] => {
  const codes = noise(FRAME_BYTES)
  const narrow = new Int16Array(FRAME_BYTES)
  const wide = new Int16Array(3 * FRAME_BYTES)
  const upsampler = createUpsampler()
  const downsampler = createDownsampler()
  return [
    {
      name: 'filtered: mu-law 8 kHz -> PCM 24 kHz',
      run: () => {
        muLawDecode(codes, narrow)
        upsampler.process(narrow, wide)
      },
    },
    {
      name: 'filtered: PCM 24 kHz -> mu-law 8 kHz',
      run: () => {
        downsampler.process(wide, narrow)
        muLawEncode(narrow, codes)
      },
    },
  ]
}

/** The control: no state, so it clicks at each frame, and no filter, so voices fold. */
const linearRows = (): Row[] => {
  const codes = noise(FRAME_BYTES)
  const wide = new Int16Array(noise(6 * FRAME_BYTES).buffer)
  return [
    {
      name: 'linear: mu-law 8 kHz -> PCM 24 kHz',
      run: () => {
        const narrow = new Int16Array(codes.length)
        muLawDecode(codes, narrow)
        interpolateLinearly(narrow, 8000, 24000)
      },
    },
    {
      name: 'linear: PCM 24 kHz -> mu-law 8 kHz',
      run: () => {
        const narrow = interpolateLinearly(wide, 24000, 8000)
        muLawEncode(narrow, new Uint8Array(narrow.length))
      },
    },
  ]
}

const interpolateLinearly = (input: Int16Array, fromHz: number, toHz: number): Int16Array => {
  const output = new Int16Array(Math.round((input.length * toHz) / fromHz))
  for (let i = 0; i < output.length; i++) {
    const position = (i * fromHz) / toHz
    const before = Math.floor(position)
    const after = Math.min(before + 1, input.length - 1)
    const part = position - before
    output[i] = Math.round(input[before] * (1 - part) + input[after] * part)
  }
  return output
}

/** The whole way of a payload, from base64 to base64. */
const payloadRows = (): Row[] => {
  const frame = base64Encode(noise(FRAME_BYTES))
  const longPayload = base64Encode(noise(FRAME_BYTES * FRAMES_PER_LONG_DELTA))
  const pcm = createTranscoder('pcm')
  const wideFrame = pcm.toModel(frame)
  const longDelta = pcm.toModel(longPayload)
  const pcmLong = createTranscoder('pcm')
  const pcmu = createTranscoder('pcmu')
  let turn = 0
  return [
    { name: 'pcm transcoder: toModel', run: () => pcm.toModel(frame) },
    { name: 'pcm transcoder: toCaller', run: () => pcm.toCaller(wideFrame) },
    {
      name: 'pcm transcoder: toCaller, in deltas of 400 ms',
      run: () => {
        if (turn++ % FRAMES_PER_LONG_DELTA === 0) pcmLong.toCaller(longDelta)
      },
    },
    { name: 'pcmu transcoder: toModel', run: () => pcmu.toModel(frame) },
    { name: 'pcmu transcoder: toCaller', run: () => pcmu.toCaller(frame) },
  ]
}

/** The best round of each row, in us per frame, by name. */
const measure = (rows: readonly Row[]): Record<string, number> => {
  const bestUs: Record<string, number> = {}
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, run } of rows) {
      const startMs = performance.now()
      for (let i = 0; i < FRAMES_PER_ROUND; i++) run()
      const roundUs = (1000 * (performance.now() - startMs)) / FRAMES_PER_ROUND
      bestUs[name] = Math.min(roundUs, bestUs[name] ?? Infinity)
    }
  }
  return bestUs
}

/** Bytes that look like noise, the same in each run. */
const noise = (length: number): Uint8Array<ArrayBuffer> => {
  let state = 1
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 24
  })
}

main()
