import { describe, expect, test } from 'vitest'
import { readWav, writeWav } from '../../../src/audio/wav.ts'
import { firstAudibleMs, recordingOf } from '../../../src/sim/caller/recording.ts'

/** 8 codes a millisecond, silence or a loud one. */
const codes = (...parts: readonly (readonly [number, number])[]) =>
  Uint8Array.from(parts.flatMap(([ms, code]) => Array.from({ length: ms * 8 }, () => code)))

const SILENT = 0xff
const LOUD = 0x80 // +32124

describe('a recording', () => {
  test('has the caller left and what was heard right', () => {
    const { channels: [caller, agent] } = recordingOf([
      { startMs: 300, said: codes([1, LOUD], [2, SILENT]), heard: codes([2, SILENT], [1, LOUD]) },
    ])
    expect([...caller.filter((_, at) => at % 8 === 0)]).toEqual([32124, 0, 0])
    expect([...agent.filter((_, at) => at % 8 === 0)]).toEqual([0, 0, 32124])
  })

  test('lays later streams where they were, with silence between', () => {
    const { channels: [caller] } = recordingOf([
      { startMs: 300, said: codes([1, LOUD]), heard: codes([1, SILENT]) },
      { startMs: 303, said: codes([2, LOUD]), heard: codes([2, SILENT]) },
    ])
    expect([...caller.filter((_, at) => at % 8 === 0)]).toEqual([32124, 0, 0, 32124, 32124])
  })

  test('of no stream is empty', () => {
    expect(recordingOf([]).channels.map((channel) => channel.length)).toEqual([0, 0])
  })

  test('becomes a WAV file', () => {
    const recording = recordingOf([
      { startMs: 0, said: codes([1, LOUD]), heard: codes([1, SILENT]) },
    ])
    expect(readWav(writeWav(recording))).toEqual({
      sampleRateHz: 8000,
      channels: [new Int16Array(8).fill(32124), new Int16Array(8)],
    })
  })
})

describe('the first audible moment', () => {
  test('is that of the first sample that is no hiss', () => {
    expect(firstAudibleMs(codes([5, SILENT], [5, 0xfe], [2, LOUD]))).toBe(10)
  })

  test('never comes in silence', () => {
    expect(firstAudibleMs(codes([50, 0xfe]))).toBeUndefined()
  })
})
