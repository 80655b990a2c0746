import { expect, test } from 'vitest'
import { createLineWriter } from '../../src/runtime/line-writer.ts'

/** A reader who takes what was written, text by text, when the test says so. */
const createReader = (mostWaiting?: number) => {
  const written: string[] = []
  const untaken: (() => void)[] = []
  const writer = createLineWriter((text, done) => {
    written.push(text)
    untaken.push(done)
  }, mostWaiting)
  return { written, take: () => untaken.shift()?.(), ...writer }
}

test('each line is handed on at once, whether the one before was taken or not', () => {
  const { line, written } = createReader()
  line('one')
  line('two')
  expect(written).toEqual(['one\n', 'two\n'])
})

test('of a reader who has stopped no more is kept than may wait, and the log says how many lines are missing', () => {
  const { line, take, written } = createReader(8)
  for (const text of ['one', 'two', 'three', 'four']) line(text)
  expect(written).toEqual(['one\n', 'two\n'])
  take()
  line('five')
  expect(written.slice(2)).toEqual([
    '{"level":"WARN","message":"log.dropped","logger":"tandem","lines":2}\n',
  ])
  take()
  take()
  expect(written.slice(3)).toEqual([
    '{"level":"WARN","message":"log.dropped","logger":"tandem","lines":1}\n',
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

test('what is dropped last is told before all is flushed', async () => {
  const { line, take, flushed, written } = createReader(4)
  line('one')
  line('two')
  const done = flushed()
  take()
  expect(written).toHaveLength(2)
  take()
  await done
})
