import { expect, test } from 'vitest'
import { readCheckpoint, readVariables, writeCheckpoint } from '../../src/bridge/kept-call.ts'

const CHECKPOINT = {
  epoch: 2,
  talkedMs: 1_000,
  agent: 'main',
  spentNano: 5,
  transcript: [],
  isConsentHeard: false,
}

test('a call that is taken up again has what its blanks were filled with', () => {
  const variables = { name: 'Ana' }
  const stored = writeCheckpoint({ callSid: 'CA1', owner: 'm1', variables }, CHECKPOINT, 5)
  expect(readVariables(stored)).toEqual({ name: 'Ana' })
  expect(readCheckpoint(stored)).toEqual(CHECKPOINT)
})

test('a call without blanks, or of another program, has none', () => {
  const stored = writeCheckpoint({ callSid: 'CA1', owner: 'm1' }, CHECKPOINT, 5)
  expect(readVariables(stored)).toEqual({})
  for (const body of ['{', '[]', '{"variables":{"a":1}}']) {
    expect(readVariables({ ...stored, body })).toEqual({})
  }
})
