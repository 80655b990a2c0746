import { expect, test } from 'vitest'
import { calleeOf } from '../../../src/cli/simulate/phones.ts'

test('a phone that nothing is said of is answered by somebody who does not stay for ever', () => {
  expect(calleeOf(undefined)).toEqual({ is: 'person', hangsUpAfterMs: 10_000 })
})

test('somebody may let it ring, press keys and stay for as long as it takes', () => {
  expect(calleeOf({ does: 'answers', rings: 2_000, keys: '1', hangsUpAfter: 60_000 }))
    .toEqual({ is: 'person', ringsMs: 2_000, keys: '1', hangsUpAfterMs: 60_000 })
})

test('nobody, a machine and an engaged tone are what they are', () => {
  expect(calleeOf({ does: 'voicemail', rings: 500 })).toEqual({ is: 'voicemail', ringsMs: 500 })
  expect(calleeOf({ does: 'busy' })).toEqual({ is: 'busy' })
  expect(calleeOf({ does: 'no-answer' })).toEqual({ is: 'no-answer' })
  expect(calleeOf({ does: 'unreachable' })).toEqual({ is: 'failed' })
})
