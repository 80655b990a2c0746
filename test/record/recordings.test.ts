import { readFile, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { muLawHead } from '../../src/audio/mu-law-wav.ts'
import { createRecordings } from '../../src/record/recordings.ts'
import * as files from '../../src/runtime/files.ts'
import {
  mendStart,
  openGrowing,
  readGrowing,
  readPiece,
  stateOfFile,
} from '../../src/runtime/growing-file.ts'
import { createFolder } from '../cli/program-fixture.ts'

const create = async (texts: Readonly<Record<string, Uint8Array>>) => {
  const { folder, remove } = await createFolder(texts)
  onTestFinished(remove)
  return { folder, recordings: createRecordings({ ...files, mendStart }, folder) }
}

const wavOf = (head: Uint8Array, audio: readonly number[]) => new Uint8Array([...head, ...audio])

test('a recording is found by its call, and nothing else is', async () => {
  const { folder, recordings } = await create({
    'bright-smile/CA1.wav': wavOf(muLawHead(2, 2), [1, 2]),
    'secret.wav': new Uint8Array(1),
  })
  expect(await recordings.find('CA1')).toBe(`${folder}/bright-smile/CA1.wav`)
  expect(await recordings.find('CA2')).toBe(undefined)
  expect(await recordings.find('../secret')).toBe(undefined)
})

test('all recordings are listed with their call and customer, and nothing else is', async () => {
  const { folder, recordings } = await create({
    'a/CA1.wav': new Uint8Array(1),
    'a/notes.txt': new Uint8Array(1),
    'a/copy of CA1.wav': new Uint8Array(1),
    'Old/CA2.wav': new Uint8Array(1),
  })
  expect(await recordings.local()).toEqual([
    { customer: 'a', callSid: 'CA1', path: `${folder}/a/CA1.wav` },
  ])
})

test('without a folder there is nothing to find, to delete or to mend', async () => {
  const recordings = createRecordings({ ...files, mendStart }, join('no', 'such', 'folder'))
  expect(await recordings.find('CA1')).toBe(undefined)
  expect(await recordings.remove(['CA1'])).toBe(0)
  expect(await recordings.removeBefore('bright-smile', Infinity)).toBe(0)
  expect(await recordings.mend()).toBe(0)
})

test('recordings of calls and of before a time are deleted, those of others are not', async () => {
  const wav = wavOf(muLawHead(2, 2), [1, 2])
  const { folder, recordings } = await create({
    'a/CA1.wav': wav,
    'a/CA2.wav': wav,
    'b/CA3.wav': wav,
    'b/CA4.wav': wav,
  })
  expect(await recordings.remove(['CA4', 'CA5'])).toBe(1)
  await utimes(join(folder, 'a/CA1.wav'), 100, 100)
  await utimes(join(folder, 'b/CA3.wav'), 100, 100)
  expect(await recordings.removeBefore('a', 200_000)).toBe(1)
  expect(await files.list(join(folder, 'a'))).toEqual(['CA2.wav'])
  expect(await files.list(join(folder, 'b'))).toEqual(['CA3.wav'])
})

test('the lengths are written into what a dead process left, which counts as old as it is', async () => {
  const { folder, recordings } = await create({
    'a/CA1.wav': wavOf(muLawHead(2), [1, 2, 3, 4, 5]),
    'a/CA2.wav': wavOf(muLawHead(2, 2), [1, 2]),
    'a/CA3.wav': new Uint8Array(20),
  })
  await utimes(join(folder, 'a/CA1.wav'), 100, 100)
  expect(await recordings.mend()).toBe(1)
  expect([...await readFile(join(folder, 'a/CA1.wav'))]).toEqual([
    ...muLawHead(2, 4),
    1,
    2,
    3,
    4,
    5,
  ])
  expect((await stat(join(folder, 'a/CA1.wav'))).mtimeMs).toBe(100_000)
  expect(await recordings.mend()).toBe(0)
})

test('a growing file is made with its folders, gone on with, and read as long as it was', async () => {
  const { folder } = await create({})
  const path = join(folder, 'a', 'b', 'CA1.wav')
  const first = await openGrowing(path)
  expect(first.sizeBytes).toBe(0)
  await first.write(new Uint8Array(100_000).fill(7), 0)
  await first.close()
  const second = await openGrowing(path)
  expect(second.sizeBytes).toBe(100_000)
  expect(await second.read(99_998, 10)).toEqual(new Uint8Array([7, 7]))
  const state = await stateOfFile(path)
  const sizeBytes = state?.sizeBytes ?? 0
  const body = await readGrowing(path, 0, sizeBytes - 1)
  await second.write(new Uint8Array([8]), 100_000)
  await second.close()
  const read = await new Response(body).bytes()
  expect([sizeBytes, read.length, read.every((byte) => byte === 7)]).toEqual([
    100_000,
    100_000,
    true,
  ])
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const part = await new Response(await readGrowing(path, 99_990, 100_000)).bytes()
  expect([...part]).toEqual([...new Array(10).fill(7), 8])
  expect(await readPiece(path, 99_999, 1_000)).toEqual(new Uint8Array([7, 8]))
  expect(await stateOfFile(`${path}.no`)).toBe(undefined)
  await expect(readGrowing(`${path}.no`, 0, 1)).rejects.toThrow('ENOENT')
})
