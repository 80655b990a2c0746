import { getPriority } from 'node:os'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import { createThread } from '../../src/runtime/thread.ts'

const open = (mayStart?: Promise<void>) => {
  const file = '../test/runtime/mortal-thread'
  const thread = createThread<string, string>({ file, about: 'hello', mayStart })
  onTestFinished(() => thread.close('bye'))
  return thread
}

test('a thread answers what it is asked, each its own', async () => {
  const { ask } = open()
  expect(await Promise.all([ask('one'), ask('two')])).toEqual(['hello one', 'hello two'])
})

test.runIf(process.platform === 'linux')('a thread gives way to that of the calls', async () => {
  const here = getPriority()
  expect(Number(await open().ask('priority'))).toBeGreaterThan(here)
  expect(getPriority()).toBe(here)
})

test('a thread that dies or stops fails what it was asked, and the next question starts another', async () => {
  const { ask } = open()
  expect(await ask('one')).toBe('hello one')
  await expect(ask('die')).rejects.toThrow('it was asked to')
  expect(await ask('two')).toBe('hello two')
  await expect(ask('stop')).rejects.toThrow('it stopped')
  expect(await ask('three')).toBe('hello three')
})

test('a thread whose file is not there fails what it is asked', async () => {
  const { ask } = createThread<string, string>({ file: 'runtime/no-such-thread', about: '' })
  await expect(ask('one')).rejects.toThrow(/no-such-thread/)
})

test('a thread that is closed answers what it was asked before, and nothing after', async () => {
  const thread = open(new Promise(() => {}))
  const asked = thread.ask('one')
  await thread.close('bye')
  expect(await asked).toBe('hello one')
  await expect(thread.ask('two')).rejects.toThrow('it was closed')
})
