import { expect, it } from 'vitest'
import { muLawHead } from '../../src/audio/mu-law-wav.ts'
import { createSoundFile } from '../../src/record/sound-file.ts'
import type { GrowingFile } from '../../src/runtime/growing-file.ts'
import { channelOf, createMemoryFile } from './recorded-call.ts'

const createFailing = (open: () => Promise<GrowingFile>, wallMs = 0) => {
  const problems: string[] = []
  const file = createSoundFile({
    open,
    wallMs: () => wallMs,
    failed: (problem) => void problems.push(problem),
  })
  return { file, problems }
}

it('a recording that another process left goes on after the time that nobody wrote', async () => {
  const memory = createMemoryFile(1_000)
  const first = createFailing(memory.open)
  first.file.write(new Uint8Array([1, 2, 3, 4]))
  await first.file.settled()
  const second = createFailing(memory.open, 1_003)
  second.file.write(new Uint8Array([5, 6]))
  second.file.end()
  await second.file.settled()
  const silence = Array.from({ length: 24 }, () => 0xff)
  expect([...channelOf(memory.bytes(), 0)]).toEqual([1, 3, ...silence, 5])
  expect([...channelOf(memory.bytes(), 1)]).toEqual([2, 4, ...silence, 6])
  expect(memory.bytes().subarray(0, 58)).toEqual(muLawHead(2, 54))
})

it('a file of which a crash left half an instant goes on with whole ones', async () => {
  const memory = createMemoryFile(0)
  const { write } = await memory.open()
  await write(muLawHead(2), 0)
  await write(new Uint8Array([1, 2, 3]), 58)
  const { file } = createFailing(memory.open)
  file.write(new Uint8Array([5, 6]))
  await file.settled()
  expect([...memory.bytes().subarray(58)]).toEqual([1, 2, 5, 6])
})

it('a full disk is told of once, and what was written before can be played', async () => {
  const memory = createMemoryFile()
  const { file, problems } = createFailing(async () => {
    const { write, ...rest } = await memory.open()
    return {
      ...rest,
      write: (bytes, at) =>
        at > 60 ? Promise.reject(new Error('ENOSPC: no space left')) : write(bytes, at),
    }
  })
  for (const audio of [[1, 2], [3, 4], [5, 6], [7, 8]]) file.write(new Uint8Array(audio))
  file.end()
  await file.settled()
  expect(problems).toEqual(['ENOSPC: no space left'])
  expect([...memory.bytes()]).toEqual([...muLawHead(2, 4), 1, 2, 3, 4])
})

it('a disk that takes nothing for a minute ends the recording', () => {
  const { file, problems } = createFailing(() => new Promise(() => {}))
  for (let second = 0; second < 60; second++) file.write(new Uint8Array(16_000))
  expect(problems).toEqual([])
  file.write(new Uint8Array(16_000))
  file.write(new Uint8Array(16_000))
  expect(problems).toEqual(['the disk is too slow'])
})

it('a folder that cannot be written to is told of, and nothing else happens', async () => {
  const { file, problems } = createFailing(() => Promise.reject(new Error('EACCES')))
  file.write(new Uint8Array([1, 2]))
  file.end()
  await file.settled()
  expect(problems).toEqual(['EACCES'])
})

it('sound is put into what was written, on one channel and not into what another process wrote', async () => {
  const memory = createMemoryFile(0)
  const first = createFailing(memory.open)
  first.file.write(new Uint8Array([1, 2, 3, 4]))
  first.file.end()
  await first.file.settled()
  const { file, problems } = createFailing(memory.open)
  file.write(new Uint8Array([5, 6, 7, 8, 9, 10]))
  file.writeOver({ channel: 0, at: -1, codes: new Uint8Array([20, 21, 22]) })
  file.end()
  await file.settled()
  expect([...channelOf(memory.bytes(), 0)]).toEqual([1, 3, 21, 22, 9])
  expect([...channelOf(memory.bytes(), 1)]).toEqual([2, 4, 6, 8, 10])
  expect(memory.bytes().subarray(0, 58)).toEqual(muLawHead(2, 10))
  expect(problems).toEqual([])
})

it('what lies beyond what was written is left alone', async () => {
  const memory = createMemoryFile(0)
  const { file } = createFailing(memory.open)
  file.write(new Uint8Array([1, 2, 3, 4]))
  file.writeOver({ channel: 1, at: 1, codes: new Uint8Array([20, 21]) })
  await file.settled()
  expect([...memory.bytes().subarray(58)]).toEqual([1, 2, 3, 20])
})
