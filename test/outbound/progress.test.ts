import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  advance,
  isFinal,
  NO_PROGRESS,
  type Progress,
  statusOf,
} from '../../src/outbound/progress.ts'

/** How Twilio numbers the changes of a call, for each way in which one can be over. */
const LIVES = [
  ['initiated', 'ringing', 'in-progress', 'completed'],
  ['initiated', 'ringing', 'busy'],
  ['initiated', 'ringing', 'no-answer'],
  ['initiated', 'failed'],
  ['initiated', 'ringing', 'canceled'],
]

const told = (life: readonly string[]) =>
  life.map((status, sequenceNumber) => ({ status, sequenceNumber }))

const take = (now: Progress, message: { status: string; sequenceNumber: number }) =>
  advance(now, statusOf(message.status) ?? 'waiting', message.sequenceNumber)

describe('the progress of a call', () => {
  test('comes to the same end in whatever order it is told, and however often', () => {
    const story = fc.constantFrom(...LIVES).chain((life) =>
      fc.record({
        life: fc.constant(life),
        first: fc.shuffledSubarray(told(life), { minLength: life.length }),
        again: fc.shuffledSubarray(told(life)),
        isAnswered: fc.boolean(),
      })
    )
    fc.assert(
      fc.property(story, ({ life, first, again, isAnswered }) => {
        // What we know ourselves comes in between: we asked for the call, and it asked for its document.
        const placed = advance(NO_PROGRESS, 'placed')
        const begun = isAnswered && life.includes('in-progress')
          ? advance(placed, 'in-progress')
          : placed
        expect([...first, ...again].reduce(take, begun).status).toBe(life.at(-1))
      }),
    )
  })

  test('never goes back, and never leaves its end', () => {
    const message = fc.record({
      status: fc.constantFrom(...new Set(LIVES.flat())),
      sequenceNumber: fc.integer({ min: 0, max: 5 }),
    })
    const order = ['waiting', 'placed', 'ringing', 'in-progress']
    const rank = ({ status }: Progress) => isFinal(status) ? 4 : order.indexOf(status)
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        let now = NO_PROGRESS
        for (const message of messages) {
          const next = take(now, message)
          expect(rank(next)).toBeGreaterThanOrEqual(rank(now))
          if (isFinal(now.status)) expect(next).toBe(now)
          now = next
        }
      }),
    )
  })

  test('is not told by a status that Twilio does not have', () => {
    expect(statusOf('resting')).toBeUndefined()
    expect(statusOf('toString')).toBeUndefined()
  })
})
