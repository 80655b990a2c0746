import { expect, test } from 'vitest'
import { wholeMsIn } from '../../src/record/whole-ms.ts'

test('times are whole ms at any depth, and nothing else is changed', () => {
  expect(wholeMsIn({
    heardMs: 8_252.536,
    seconds: 4.4,
    cut: [{ itemId: 'i1', heardMs: 1_472.5, Ms: '7.2' }],
    agent: { sentMs: 3.2 },
    cause: null,
  })).toEqual({
    heardMs: 8_253,
    seconds: 4.4,
    cut: [{ itemId: 'i1', heardMs: 1_473, Ms: '7.2' }],
    agent: { sentMs: 3 },
    cause: null,
  })
})
