import { expect, test } from 'vitest'
import { createBreathe, piecesOf } from '../../src/knowledge/slices.ts'

test('a text is cut into pieces that are no longer than asked for, and no letter in two', () => {
  expect([...piecesOf('abcdefg', 3)]).toEqual(['abc', 'def', 'g'])
  expect([...piecesOf('ab😀😀c', 3)]).toEqual(['ab', '😀', '😀c'])
  expect([...piecesOf('')]).toEqual([])
})

test('work that is not wanted any more ends at its next pause', async () => {
  const stop = new AbortController()
  const breathe = createBreathe(stop.signal)
  await breathe()
  stop.abort(new Error('not wanted'))
  await expect(breathe()).rejects.toThrow('not wanted')
})
