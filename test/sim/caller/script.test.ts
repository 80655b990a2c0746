import { describe, expect, test } from 'vitest'
import { hear, isDue, playScript, SCRIPT_START, stepDone } from '../../../src/sim/caller/script.ts'
import { createLineFixture } from './line-fixture.ts'

const LOUD = -12
const HISS = -60

/** Hears frames of 20 ms, each [how many, how loud]. */
const hearAll = (...parts: readonly (readonly [number, number])[]) => {
  let state = SCRIPT_START
  let atMs = 0
  for (const [frames, levelDb] of parts) {
    for (let frame = 0; frame < frames; frame++) state = hear(state, atMs += 20, levelDb)
  }
  return state
}

describe('hearing', () => {
  test('notes when a turn of the agent begins and when it was last heard', () => {
    expect(hearAll([5, HISS], [10, LOUD], [3, HISS]))
      .toMatchObject({ turnStartedMs: 100, lastHeardMs: 300 })
  })

  test('takes a short pause for one between two words', () => {
    expect(hearAll([5, LOUD], [14, HISS], [5, LOUD]))
      .toMatchObject({ turnStartedMs: 0, lastHeardMs: 480 })
  })

  test('takes a pause of 300 ms for the end of a turn', () => {
    expect(hearAll([5, LOUD], [15, HISS], [5, LOUD]))
      .toMatchObject({ turnStartedMs: 400, lastHeardMs: 500 })
  })
})

describe('a cue', () => {
  test('in time comes in time', () => {
    expect(isDue({ atMs: 2000 }, SCRIPT_START, 1980)).toBe(false)
    expect(isDue({ atMs: 2000 }, SCRIPT_START, 2000)).toBe(true)
  })

  test('after the agent starts does not come before it has', () => {
    const cue = { after: 'agent-starts', ms: 900 } as const
    expect(isDue(cue, hearAll([500, HISS]), 10_000)).toBe(false)
    expect(isDue(cue, hearAll([5, HISS], [50, LOUD]), 980)).toBe(false)
    expect(isDue(cue, hearAll([5, HISS], [50, LOUD]), 1000)).toBe(true)
  })

  test('after silence does not come before the agent has spoken', () => {
    const cue = { after: 'agent-silent', ms: 700 } as const
    expect(isDue(cue, hearAll([500, HISS]), 10_000)).toBe(false)
    expect(isDue(cue, hearAll([50, LOUD], [34, HISS]), 1680)).toBe(false)
    expect(isDue(cue, hearAll([50, LOUD], [35, HISS]), 1700)).toBe(true)
  })

  test('after silence does not take the turn that the caller cut off', () => {
    const cue = { after: 'agent-silent', ms: 700 } as const
    const bargedIn = stepDone(hearAll([50, LOUD]), 900, 1100)
    const cutOff = hear(bargedIn, 1020, LOUD)
    expect(isDue(cue, cutOff, 5000)).toBe(false)
    expect(isDue(cue, hear(cutOff, 3000, LOUD), 3700)).toBe(true)
  })

  test('after silence takes the turn in which the caller pressed a key', () => {
    const cue = { after: 'agent-silent', ms: 700 } as const
    const pressed = stepDone(hearAll([50, LOUD]), 900, 0)
    expect(isDue(cue, hear(pressed, 1020, LOUD), 1720)).toBe(true)
  })

  test('after silence does not take speech from before the last step', () => {
    const cue = { after: 'agent-silent', ms: 700 } as const
    const pressed = stepDone(hearAll([50, LOUD]), 2000, 0)
    expect(isDue(cue, pressed, 9000)).toBe(false)
    expect(isDue(cue, hear(pressed, 3020, LOUD), 3720)).toBe(true)
  })

  test('after the agent starts does not take a turn that began before the last step', () => {
    const cue = { after: 'agent-starts', ms: 100 } as const
    const pressed = stepDone(hearAll([50, LOUD]), 900, 0)
    expect(isDue(cue, hear(pressed, 1020, LOUD), 5000)).toBe(false)
    expect(isDue(cue, hear(pressed, 2020, LOUD), 2100)).toBe(true)
  })

  test('after the step before counts from its end, whatever the agent does', () => {
    const cue = { after: 'step', ms: 300 } as const
    const spoken = stepDone(hearAll([50, LOUD]), 1000, 500)
    expect(isDue(cue, hear(spoken, 1780, LOUD), 1780)).toBe(false)
    expect(isDue(cue, hear(spoken, 1800, LOUD), 1800)).toBe(true)
  })

  test('never makes the caller talk over himself', () => {
    const talking = stepDone(SCRIPT_START, 100, 1900)
    expect(isDue({ atMs: 0 }, talking, 1980)).toBe(false)
    expect(isDue({ atMs: 0 }, talking, 2000)).toBe(true)
  })
})

describe('a script', () => {
  const sentence = (ms: number) => new Int16Array(ms * 8).fill(9000)

  test('holds a conversation: waits, answers, barges in, hangs up', () => {
    const { clock, line, sendMedia, sendClear } = createLineFixture({
      eachFrame: playScript([
        { after: 'agent-silent', ms: 700, say: sentence(500) },
        { after: 'agent-starts', ms: 900, say: sentence(300) },
        { after: 'agent-starts', ms: 100, press: '5' },
        { after: 'agent-silent', ms: 400, hangUp: true },
      ]),
    })
    clock.advance(200)
    sendMedia(1000) // the greeting: 200 to 1200, so the caller speaks from 1900 to 2400
    clock.advance(2800)
    sendMedia(5000) // from 3000; the caller interrupts at 3900
    clock.advance(1000)
    sendClear() // at 4000
    clock.advance(1000)
    sendMedia(600) // from 5000 to 5600; a key at 5100
    clock.advance(5000)

    const said = line.said(0, 6000)
    const changes = [...said.keys()].filter((at) => (said[at] === 0xff) !== (said[at - 1] === 0xff))
    expect(changes.map((at) => at / 8)).toEqual([0, 1900, 2400, 3900, 4200])
    expect(line.record()).toMatchObject({
      clears: [{ atMs: 4000, playedMs: 2000, droppedMs: 4000 }],
      end: { how: 'hung-up', atMs: 6000 },
    })
  })

  test('presses the key it is told to', () => {
    const { clock, control } = createLineFixture({
      eachFrame: playScript([{ atMs: 60, press: '5' }]),
    })
    clock.advance(100)
    expect(control().at(-1)).toMatchObject({ atMs: 60 })
    expect(control().at(-1)?.text).toContain('"digit":"5"')
  })

  test('ends in the caller hanging up when the agent stays silent', () => {
    const { clock, line } = createLineFixture({
      eachFrame: playScript([{ after: 'agent-silent', ms: 700, say: sentence(100) }], {
        patienceMs: 5000,
      }),
    })
    clock.advance(10_000)
    expect(line.record().end).toEqual({ how: 'hung-up', atMs: 5020 })
  })

  test('tells of its steps, and of a patience that was lost', () => {
    const told: string[] = []
    const { clock } = createLineFixture({
      eachFrame: playScript([
        { after: 'step', ms: 1000, listen: true },
        { after: 'agent-silent', ms: 700, hangUp: true },
      ], {
        patienceMs: 5000,
        onStep: (step) => told.push(`step ${step} at ${clock.nowMs()}`),
        onPatienceLost: () => told.push(`lost at ${clock.nowMs()}`),
      }),
    })
    clock.advance(10_000)
    expect(told).toEqual(['step 0 at 1000', 'lost at 6020'])
  })

  test('loses the stream where it is told to, and not by hanging up', () => {
    const { clock, line } = createLineFixture({
      eachFrame: playScript([{ atMs: 60, loseStream: true }]),
    })
    clock.advance(100)
    expect(line.record().end).toEqual({ how: 'torn', atMs: 60 })
  })

  test('has the patience for a moment it was given in time', () => {
    const { clock, line } = createLineFixture({
      eachFrame: playScript([{ atMs: 60_000, hangUp: true }], { patienceMs: 5000 }),
    })
    clock.advance(70_000)
    expect(line.record().end).toEqual({ how: 'hung-up', atMs: 60_000 })
  })

  test('has patience while the agent speaks', () => {
    const { clock, line, sendMedia } = createLineFixture({
      eachFrame: playScript([{ after: 'agent-silent', ms: 700, hangUp: true }], {
        patienceMs: 5000,
      }),
    })
    sendMedia(20_000)
    clock.advance(30_000)
    expect(line.record().end).toEqual({ how: 'hung-up', atMs: 20_700 })
  })

  test('goes on on the next stream of the call', () => {
    const eachFrame = playScript([{ atMs: 40, press: '1' }, { atMs: 100, press: '2' }])
    const first = createLineFixture({ eachFrame })
    first.clock.advance(60)
    first.line.hangUp()
    const second = createLineFixture({ eachFrame })
    second.clock.advance(60)
    expect(first.control().filter(({ text }) => text.includes('dtmf'))).toHaveLength(1)
    expect(second.control().at(-1)).toMatchObject({ atMs: 40 })
    expect(second.control().at(-1)?.text).toContain('"digit":"2"')
  })
})
