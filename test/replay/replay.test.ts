import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resumeCall } from '../../src/call/checkpoint.ts'
import type { CallEffect } from '../../src/call/effects.ts'
import { step } from '../../src/call/step.ts'
import { createRedact } from '../../src/record/redact.ts'
import { replayPart } from '../../src/replay/replay.ts'
import { busyStory, type Story, story } from '../call/stories.ts'
import { logOf, partsOf, TALKATIVE } from './logged-call.ts'

/** Each text that a story has, and none of the arguments of tools. */
const WORDS = createRedact({
  phones: true,
  emails: true,
  cards: true,
  words: ['done', 'Hello', 'Please', 'One'],
  patterns: ['^[^{}]*$'],
})

const PART = { responseId: 'r', itemId: 'i', contentIndex: 0 }
const INTERRUPTED: Story = [
  [{ type: 'model-ready' }, 1],
  [{ type: 'caller-connected' }, 1],
  [{ type: 'agent-response-started', responseId: 'r' }, 1],
  [{ type: 'agent-words', ...PART, text: 'You are welcome.', final: true }, 1],
  [{ type: 'agent-audio-sent', ...PART, sentMs: 2_000, modelMs: 2_000 }, 1],
  [{ type: 'caller-started-speaking', itemId: 'c' }, 500],
  [{ type: 'caller-hung-up' }, 100],
]

/** A core that does something else with one kind of effect. */
const mutant =
  (change: (effect: CallEffect) => readonly CallEffect[]): typeof step => (state, event) => {
    const [next, effects] = step(state, event)
    return [next, effects.flatMap(change)]
  }

describe('the same core', () => {
  it('decides again what it decided, whatever happens', () => {
    fc.assert(fc.property(fc.oneof(story, busyStory), (events) => {
      const [part] = partsOf(logOf(events))
      expect(replayPart(part)).toEqual([])
      expect(part.end).not.toBe('redacted')
    }))
  })

  it('decides again what it decided where words were taken out', () => {
    fc.assert(fc.property(fc.oneof(story, busyStory), (events) => {
      const [part] = partsOf(logOf(events, { redact: WORDS }))
      expect(replayPart(part)).toEqual([])
      // Nothing in these stories is decided by what is said.
      expect(part.end).not.toBe('redacted')
    }))
  })

  it('goes on with a call that another process began', () => {
    const said = { itemId: 'i', text: 'Two, please.', final: true, atMs: 7 } as const
    const begun = resumeCall(TALKATIVE, {
      epoch: 2,
      talkedMs: 12_000,
      spentNano: 5_000_000,
      agent: 'other',
      isConsentHeard: true,
      transcript: [{ ...said, speaker: 'caller' }],
    }, 5_000.125)
    const first = logOf(INTERRUPTED)
    const parts = partsOf(first + logOf(INTERRUPTED, { begun }))
    expect(parts.map(({ head }) => head.beginning.epoch)).toEqual([1, 3])
    expect(parts[1].events[0].decided).toContainEqual({
      type: 'request-response',
      request: { kind: 'go-on' },
    })
    expect(parts.flatMap((part) => replayPart(part))).toEqual([])
  })
})

describe('another core', () => {
  it('is noticed at the event where it decides otherwise', () => {
    const later = mutant((effect) =>
      effect.type === 'truncate-item'
        ? [{ ...effect, audioEndMs: effect.audioEndMs + 20 }]
        : [effect]
    )
    const [part] = partsOf(logOf(INTERRUPTED))
    const differences = replayPart(part, later)
    expect(differences).toMatchObject([{
      number: 6,
      atMs: 505,
      event: { type: 'caller-started-speaking', itemId: 'c' },
    }])
    expect(differences[0].decided.decided).toContainEqual(
      { type: 'truncate-item', itemId: 'i', contentIndex: 0, audioEndMs: 500 },
    )
    expect(differences[0].today.decided).toContainEqual(
      { type: 'truncate-item', itemId: 'i', contentIndex: 0, audioEndMs: 520 },
    )
  })

  it('is noticed wherever an effect is missing', () => {
    const mute = mutant((effect) => effect.type === 'request-response' ? [] : [effect])
    let noticed = 0
    fc.assert(fc.property(busyStory, (events) => {
      const [part] = partsOf(logOf(events))
      const asked = part.events.filter(({ decided }) =>
        JSON.stringify(decided).includes('"request-response"')
      )
      expect(replayPart(part, mute)).toHaveLength(asked.length)
      noticed += asked.length
    }))
    expect(noticed).toBeGreaterThan(20)
  })

  it('is noticed when it fails, or fails no more', () => {
    const failing: typeof step = (state, event) => {
      if (event.type === 'caller-started-speaking') throw new Error('no such thing')
      return step(state, event)
    }
    const [part] = partsOf(logOf(INTERRUPTED))
    expect(replayPart(part, failing)[0]).toMatchObject({
      number: 6,
      today: { decided: [], fault: 'Error: no such thing' },
    })
    const fault = { ...part.events[5], decided: [], fault: 'TypeError' }
    const failed = { ...part, events: [...part.events.slice(0, 5), fault] }
    expect(replayPart(failed, failing)).toEqual([])
    expect(replayPart(failed)[0]).toMatchObject({ number: 6, decided: { fault: 'TypeError' } })
  })

  it('that lets a voice through which was refused is noticed', () => {
    const deaf: typeof step = (state, event) => {
      const [next, effects] = step(state, event)
      return [next.phase === 'ended' ? next : { ...next, refused: [] }, effects]
    }
    const late: Story = [
      ...INTERRUPTED.slice(0, -1),
      [{ type: 'agent-audio-refused', ...PART }, 10],
    ]
    const [part] = partsOf(logOf(late))
    expect(replayPart(part, deaf)).toMatchObject([{
      number: 7,
      today: { decided: [{ type: 'audio-wanted', responseId: 'r' }] },
    }])
  })
})
