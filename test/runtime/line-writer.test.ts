import { expect, test } from 'vitest'
import { createLineWriter } from '../../src/runtime/line-writer.ts'

/** A reader who takes what was written when the test says so. */
const createReader = (mostWaiting?: number) => {
  const written: string[] = []
  let take = () => {}
  const writer = createLineWriter((text, done) => {
    written.push(text)
    take = done
  }, mostWaiting)
  return { written, take: () => take(), ...writer }
}

test('lines that come while one is being taken are handed on together, in order', () => {
  const { line, take, written } = createReader()
  line('one')
  line('two')
  line('three')
  expect(written).toEqual(['one\n'])
  take()
  take()
  line('four')
  expect(written).toEqual(['one\n', 'two\nthree\n', 'four\n'])
})

test('of a reader who has stopped no more is kept than may wait, and the log says how many lines are missing', () => {
  const { line, take, written } = createReader(8)
  line('one')
  for (const text of ['two', 'three', 'four', 'five']) line(text)
  take()
  expect(written).toEqual(['one\n', 'two\nthree\n'])
  take()
  expect(written.slice(2)).toEqual([
    '{"level":"WARN","message":"log.dropped","logger":"tandem","lines":2}\n',
  ])
  take()
  line('six')
  expect(written.at(-1)).toBe('six\n')
})

test('all is flushed when the last line was taken', async () => {
  const { line, take, flushed } = createReader()
  const told: string[] = []
  await flushed()
  line('one')
  line('two')
  const done = flushed().then(() => told.push('flushed'))
  take()
  await Promise.resolve()
  expect(told).toEqual([])
  take()
  await done
  expect(told).toEqual(['flushed'])
})

test('who takes each line at once has all of them at once', () => {
  const written: string[] = []
  const { line } = createLineWriter((text, done) => {
    written.push(text)
    done()
  })
  line('one')
  line('two')
  expect(written).toEqual(['one\n', 'two\n'])
})
