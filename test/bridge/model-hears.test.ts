/** Whoever records a call is told when the model hears the caller, and how much of what was said before it is given. */
import { expect, it } from 'vitest'
import { base64Encode } from '../../src/audio/base64.ts'
import { createTranscoder } from '../../src/audio/transcoder.ts'
import type { ModelHears } from '../../src/bridge/call-sound.ts'
import { createCallerLane } from '../../src/bridge/caller-lane.ts'

const FRAME = base64Encode(new Uint8Array(160).fill(1))

const start = () => {
  let nowMs = 0
  const told: ModelHears[] = []
  const lane = createCallerLane({
    transcoder: createTranscoder('pcmu'),
    nowMs: () => nowMs,
    toModel: () => {},
    hears: (how) => told.push(how),
  })
  /** The caller is on for so long. */
  const goOn = (ms: number) => {
    for (const endMs = nowMs + ms; nowMs < endMs; nowMs += 20) {
      lane.frame(nowMs, FRAME)
      lane.tick(nowMs, false)
    }
  }
  return { lane, told, goOn }
}

it('a model that comes is given what waited for it, ten seconds at most', () => {
  const { lane, told, goOn } = start()
  goOn(400)
  lane.open()
  lane.open()
  goOn(5_000)
  lane.close()
  lane.close()
  goOn(15_000)
  lane.open()
  expect(told).toEqual([
    { is: 'live', waitedMs: 400 },
    { is: 'away' },
    { is: 'live', waitedMs: 10_000 },
  ])
})

it('a model that has kept up again is given what waited, two seconds at most', () => {
  const { lane, told, goOn } = start()
  lane.open()
  goOn(1_000)
  lane.pause()
  goOn(500)
  lane.resume()
  lane.resume()
  lane.pause()
  goOn(7_000)
  lane.resume()
  expect(told).toEqual([
    { is: 'live', waitedMs: 0 },
    { is: 'behind' },
    { is: 'live', waitedMs: 500 },
    { is: 'behind' },
    { is: 'live', waitedMs: 2_000 },
  ])
})

it('a model that breaks while it is behind is away, and does not catch up before another one comes', () => {
  const { lane, told, goOn } = start()
  lane.open()
  lane.pause()
  goOn(1_000)
  lane.close()
  lane.resume()
  lane.pause()
  lane.open()
  expect(told.map(({ is }) => is)).toEqual(['live', 'behind', 'away', 'live'])
})
