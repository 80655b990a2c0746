import { expect, test } from 'vitest'
import { createQueue } from '../../src/http/queue.ts'
import { createFakeClock } from '../support/fake-clock.ts'

test('a queue gives what was added in order, and says when nothing comes', async () => {
  const clock = createFakeClock()
  const queue = createQueue<number>(clock)
  queue.add(1)
  queue.add(2)
  expect(await queue.next(5_000)).toEqual({ is: 'value', value: 1 })
  expect(await queue.next(5_000)).toEqual({ is: 'value', value: 2 })
  const quiet = queue.next(5_000)
  clock.advance(5_000)
  expect(await quiet).toEqual({ is: 'quiet' })
  const later = queue.next(5_000)
  queue.add(3)
  expect(await later).toEqual({ is: 'value', value: 3 })
  queue.close()
  expect(await queue.next(5_000)).toEqual({ is: 'closed' })
})

test('a queue lets go of a reader who does not keep up', async () => {
  const queue = createQueue<number>(createFakeClock())
  for (let value = 0; value < 4_000; value++) queue.add(value)
  expect(await queue.next(5_000)).toEqual({ is: 'value', value: 0 })
  queue.add(4_000)
  queue.add(4_001)
  expect(await queue.next(5_000)).toEqual({ is: 'closed' })
})
