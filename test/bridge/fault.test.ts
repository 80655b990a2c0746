/** A mistake of ours ends the call in which it is made, and nothing else. */
import { expect, it } from 'vitest'
import type { CallEffect } from '../../src/call/effects.ts'
import { startVirtualCall } from '../support/virtual-call.ts'

/** A call whose event log makes a mistake with some decisions. */
const startFaulty = (isMistaken: (effect: CallEffect) => boolean) =>
  startVirtualCall({
    agent: 'greeting: Thanks for calling.',
    customer: 'record: { events: true }',
    recordEvents: () => () => ({
      began: () => {},
      happened: () => {},
      decided: (effects) => {
        if (effects.some(isMistaken)) throw new TypeError('a mistake')
      },
    }),
  })

it('a mistake in the middle of a call ends it and closes its line', () => {
  const call = startFaulty(({ type }) => type === 'clear-playback')
  call.until('the greeting is heard', () => call.line.record().playedMs > 300)
  call.line.say(new Int16Array(16_000).fill(8_000))
  call.until('it is over', () => call.count() === 0)
  expect(call.entries.at(-1)).toMatchObject({ type: 'ended', reason: 'fault' })
  expect(call.line.record().end).toBeDefined()
})

it('a mistake in the end of a call leaves no line open, and time passes for the others', () => {
  const call = startFaulty(({ type }) => type === 'end-call')
  call.until('the greeting is heard', () => call.line.record().playedMs > 300)
  call.end('caller-hung-up')
  expect(call.count()).toBe(0)
  call.clock.advance(2_000)
  expect(call.line.record().end).toBeDefined()
})
