/** The agent's voice goes out as it comes: nothing that the caller could hear waits for what comes after it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64Encode } from '../../src/audio/base64.ts'
import { createTranscoder } from '../../src/audio/transcoder.ts'
import { createAgentLane } from '../../src/bridge/agent-lane.ts'
import type { Happening } from '../../src/call/events.ts'

const BYTES_PER_MS = { pcm: 48, pcmu: 8 }
const PART = { responseId: 'r1', itemId: 'item_1', contentIndex: 0 }

/** A lane whose line is open, and what came out of it. */
const start = (audio: 'pcm' | 'pcmu') => {
  const told: Happening[] = []
  let bytes = 0
  const lane = createAgentLane({
    transcoder: createTranscoder(audio),
    isWanted: () => true,
    pieceMs: () => 60,
    happened: (happening) => told.push(happening),
  })
  lane.open({
    play: (payload) => bytes += Uint8Array.fromBase64(payload).length,
    together: (action) => action(),
  })
  const says = (bytes: number, part = PART) =>
    lane.audio({ ...part, payload: base64Encode(new Uint8Array(bytes).fill(1)) })
  return { lane, told, says, heardMs: () => bytes / 8 }
}

describe.each(['pcm', 'pcmu'] as const)('of an item in %s', (audio) => {
  it('no whole frame waits for the next delta, and nothing for the next item', () => {
    const deltas = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 20 })
    fc.assert(fc.property(deltas, (deltas) => {
      const { lane, says, heardMs } = start(audio)
      let saidBytes = 0
      for (const bytes of deltas) {
        says(bytes)
        saidBytes += bytes
        const saidMs = saidBytes / BYTES_PER_MS[audio]
        expect(saidMs - heardMs()).toBeLessThan(20)
      }
      lane.ended(PART)
      expect(heardMs()).toBeGreaterThanOrEqual(Math.floor(saidBytes / BYTES_PER_MS[audio]))
      expect(heardMs() % 20).toBe(0)
    }))
  })

  it('the rest is not kept for the next answer by a server that does not say where it ends', () => {
    const { lane, told, says, heardMs } = start(audio)
    says(30 * BYTES_PER_MS[audio])
    expect(heardMs()).toBe(20)
    lane.responseEnded('r0')
    expect(heardMs()).toBe(20)
    lane.responseEnded('r1')
    lane.ended(PART)
    expect(heardMs()).toBe(40)
    expect(told.filter(({ type }) => type === 'agent-audio-ended')).toHaveLength(1)
  })
})
