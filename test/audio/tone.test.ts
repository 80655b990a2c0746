/** The tone: its pitch, its height, and no seam between blocks. */
import { describe, expect, it } from 'vitest'
import { createTone } from '../../src/audio/tone.ts'
import { sinadDb } from './signals.ts'

const fill = (options: Parameters<typeof createTone>[0], length: number): Int16Array => {
  const output = new Int16Array(length)
  createTone(options).fill(output)
  return output
}

describe('createTone()', () => {
  it('starts at zero and climbs to its amplitude', () => {
    const output = fill({ frequencyHz: 1000, sampleRateHz: 8000, amplitude: 1 }, 8)
    expect([...output]).toEqual([0, 23170, 32767, 23170, 0, -23170, -32767, -23170])
  })

  it('scales with the amplitude, down to silence', () => {
    const half = fill({ frequencyHz: 2000, sampleRateHz: 8000, amplitude: 0.5 }, 4)
    expect([...half]).toEqual([0, 16384, 0, -16383])
    const none = fill({ frequencyHz: 2000, sampleRateHz: 8000, amplitude: 0 }, 4)
    expect(none.every((sample) => sample === 0)).toBe(true)
  })

  it('is a pure sine of the frequency asked for', () => {
    const output = fill({ frequencyHz: 440, sampleRateHz: 24000, amplitude: 0.5 }, 24000)
    expect(sinadDb(output, 440, 24000)).toBeGreaterThan(90)
  })

  it('goes on without a seam from block to block', () => {
    const options = { frequencyHz: 425, sampleRateHz: 8000, amplitude: 0.7 }
    const whole = fill(options, 1000)
    const tone = createTone(options)
    const blocks = [1, 159, 0, 333, 507].flatMap((length) => {
      const block = new Int16Array(length)
      tone.fill(block)
      return [...block]
    })
    expect(Int16Array.from(blocks)).toEqual(whole)
  })

  it('neither grows nor fades in five minutes', () => {
    const tone = createTone({ frequencyHz: 425, sampleRateHz: 8000, amplitude: 1 })
    const second = new Int16Array(8000)
    for (let i = 0; i < 300; i++) tone.fill(second)
    expect(Math.max(...second)).toBe(32767)
    expect(Math.min(...second)).toBe(-32767)
  })
})
