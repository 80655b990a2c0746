import { expect, test } from 'vitest'
import type { Reload } from '../../src/config/config-store.ts'
import { createConfigStore } from '../../src/config/config-store.ts'
import { loadConfig } from '../../src/config/load.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createMemoryFiles } from './memory-files.ts'

const A = 'config/customers/a.yaml'
const HELLO =
  'customer: A\nnumbers: ["+15005550001"]\nagent: { instructions: Hello., model: gpt-realtime }\n'
const HI = HELLO.replace('Hello.', 'Hi.')
const BROKEN = HELLO.replace('instructions', 'instructons')

const open = async () => {
  const files = createMemoryFiles({ [A]: HELLO })
  const clock = createFakeClock()
  const first = await loadConfig(files, 'config')
  if ('problems' in first) throw new Error(first.problems[0].message)
  const told: Reload[] = []
  const news = Promise.withResolvers<Reload>()
  const store = createConfigStore({
    files,
    folder: 'config',
    clock,
    first,
    onReload: (reload) => {
      told.push(reload)
      news.resolve(reload)
    },
  })
  const says = () => store.current().lineOf('+15005550001')?.customer.agent.instructions
  return { files, clock, told, news: news.promise, store, says }
}

/** Runs what is already due, without any time going by. */
const microtasks = async () => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

test('a change is taken once the folder has been quiet for 200 ms', async () => {
  const { files, clock, told, news, says } = await open()
  const reads = files.reads()
  files.write(A, HI)
  files.tell()
  clock.advance(199)
  files.tell()
  clock.advance(199)
  await microtasks()
  expect(files.reads()).toBe(reads)
  clock.advance(1)
  expect((await news).changed).toEqual(['a'])
  expect(says()).toBe('Hi.')
  expect(told).toHaveLength(1)
})

test('events without a change are not told', async () => {
  const { files, clock, told, store } = await open()
  const reads = files.reads()
  files.tell()
  clock.advance(200)
  // Reloads are one queue: when this one is done, so is the one that the event began. Each lists one folder and reads two files.
  await store.reload()
  expect(files.reads()).toBe(reads + 6)
  expect(told).toEqual([])
})

test('a broken file keeps the old version and is told once, with its text', async () => {
  const { files, clock, told, store, says } = await open()
  files.write(A, BROKEN)
  for (let times = 0; times < 3; times++) {
    files.tell()
    clock.advance(200)
    await store.reload()
  }
  expect(says()).toBe('Hello.')
  expect(told).toHaveLength(1)
  expect(told[0].kept).toEqual(['a'])
  expect(told[0].problems.map(({ code }) => code)).toEqual(['missing-key', 'unknown-key'])
  expect(told[0].sources).toEqual([{ path: A, text: BROKEN }])
})

test('a file that goes back to what it was is told to be well again', async () => {
  const { files, told, store, says } = await open()
  files.write(A, BROKEN)
  await store.reload()
  files.write(A, HELLO)
  await store.reload()
  expect(says()).toBe('Hello.')
  expect(told.map(({ problems }) => problems.length)).toEqual([2, 0])
})

test('a folder that is empty or cannot be read changes nothing', async () => {
  const { files, told, store, says } = await open()
  files.break('config/customers', 'stale handle')
  const broken = await store.reload()
  expect([broken.kept, broken.problems[0].code]).toEqual([['a'], 'unreadable-folder'])
  files.mend('config/customers')
  files.remove(A)
  expect((await store.reload()).problems[0].code).toBe('no-customers')
  expect(says()).toBe('Hello.')
  expect(told).toHaveLength(2)
})

test('a file that cannot be read keeps its customer', async () => {
  const { files, store, says } = await open()
  files.write('config/customers/b.yaml', HI.replace('0001', '0002'))
  files.break(A, 'permission denied')
  const { kept, added } = await store.reload()
  expect([kept, added]).toEqual([['a'], ['b']])
  expect(says()).toBe('Hello.')
})

test('a change of the knowledge alone is a change', async () => {
  const { files, told, store } = await open()
  files.write(A, `${HELLO}knowledge: [{ file: hours.md }]\n`)
  files.write('config/customers/hours.md', 'Open.')
  await store.reload()
  files.write('config/customers/hours.md', 'Closed.')
  await store.reload()
  expect(store.current().customers[0].knowledge).toEqual([
    { type: 'text', name: 'hours.md', text: 'Closed.' },
  ])
  expect(told.map(({ changed }) => changed)).toEqual([['a'], ['a']])
})

test('a change of the service file alone is a change', async () => {
  const { files, told, store } = await open()
  files.write('config/tandem.yaml', 'capacity: 7\n')
  await store.reload()
  expect(store.current().service.capacity).toBe(7)
  expect(told.map(({ serviceChanged }) => serviceChanged)).toEqual([true])
})

test('a reload that takes long never undoes a later one', async () => {
  const { files, store, says } = await open()
  files.write(A, HI)
  const release = files.hold(A)
  const slow = store.reload()
  await microtasks()
  files.write(A, HELLO.replace('Hello.', 'Good evening.'))
  const quick = store.reload()
  await microtasks()
  release()
  await Promise.all([slow, quick])
  expect(says()).toBe('Good evening.')
})

test('where another folder was put in place of the one that is watched, that is watched when it is asked for', async () => {
  const { files, clock, store, news, says } = await open()
  files.replaceFolder()
  const anew = [store.watchAnew(), store.watchAnew()]
  clock.advance(200)
  await Promise.all(anew)
  expect(files.watchers()).toBe(1)
  files.write(A, HI)
  files.tell()
  clock.advance(200)
  await news
  expect(says()).toBe('Hi.')
})

test('after stop() nothing is watched and nothing changes', async () => {
  const { files, clock, told, store, says } = await open()
  files.write(A, HI)
  files.tell()
  const late = store.reload()
  store.stop()
  clock.advance(200)
  await late
  expect(files.watchers()).toBe(0)
  expect(says()).toBe('Hello.')
  expect(told).toEqual([])
})
