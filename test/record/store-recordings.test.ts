import { stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { muLawHead } from '../../src/audio/mu-law-wav.ts'
import { type Fields, silentLog } from '../../src/log.ts'
import { createStorage } from '../../src/record/open-storage.ts'
import { createRecordings } from '../../src/record/recordings.ts'
import { startStoring } from '../../src/record/store-recordings.ts'
import { createStoredRecordings } from '../../src/record/stored-recordings.ts'
import * as files from '../../src/runtime/files.ts'
import { mendStart, readPiece, stateOfFile } from '../../src/runtime/growing-file.ts'
import { createFolder } from '../cli/program-fixture.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { BUCKET, KEYS, REGION, type S3Server, startS3Server } from '../support/s3-server.ts'
import { until } from '../support/servers.ts'

let server: S3Server

beforeEach(async () => {
  server = await startS3Server()
})
afterEach(() => server.stop())

const MIB = 1024 * 1024
const recordingOf = (bytes: number, value: number) => {
  const whole = new Uint8Array(bytes).fill(value)
  whole.set(muLawHead(2, bytes - 58))
  return whole
}

/** A machine with recordings in its folder, changed last when its clock began. */
const createMachine = async (recordings: Readonly<Record<string, Uint8Array>>, beganAt = 0) => {
  const { folder, remove } = await createFolder(recordings)
  onTestFinished(remove)
  for (const name of Object.keys(recordings)) await utimes(join(folder, name), beganAt, beganAt)
  const clock = createFakeClock()
  const open = new Set<string>()
  const logged: [string, Fields][] = []
  const outcomes: string[] = []
  const stopping = new AbortController()
  const storage = createStorage({
    storage: () => ({ endpoint: server.url, bucket: BUCKET, region: REGION, prefix: 'kept/' }),
    keys: { ...KEYS, sessionToken: undefined },
    fetch,
    now: Date.now,
    signal: stopping.signal,
  })
  const local = createRecordings({ ...files, mendStart }, folder)
  const storing = startStoring({
    bucket: storage,
    recordings: local,
    files: { state: stateOfFile, read: readPiece, remove: files.remove },
    isOpen: ({ customer, callSid }) => open.has(`${customer}/${callSid}`),
    clock,
    now: () => beganAt * 1_000 + clock.nowMs(),
    random: () => 0,
    tried: (outcome) => void outcomes.push(outcome),
    log: {
      ...silentLog,
      info: (name, fields = {}) => void logged.push([name, fields]),
      warn: (name, fields = {}) => void logged.push([name, fields]),
    },
  })
  onTestFinished(async () => {
    stopping.abort()
    await storing.stop()
  })
  const left = async () => (await local.local()).map(({ callSid }) => callSid).toSorted()
  return { folder, clock, open, logged, outcomes, storing, left, stopping }
}

const keys = () => [...server.objects.keys()].toSorted()

describe('a recording whose call is over', () => {
  test('goes to the storage as it is, and is then no longer on the machine', async () => {
    const sound = recordingOf(100_000, 7)
    const { storing, logged, outcomes, left } = await createMachine({ 'a/CA1.wav': sound })
    storing.ended({ customer: 'a', callSid: 'CA1' })
    await until('it is stored', () => logged.length > 0)
    const [key] = keys()
    expect(key).toMatch(/^kept\/a\/CA1\/[0-9a-f]{12}\.wav$/)
    expect(server.objects.get(key)?.body).toEqual(sound)
    expect(await left()).toEqual([])
    expect(outcomes).toEqual(['stored'])
    expect(logged[0]).toMatchObject(['recording.stored', {
      callSid: 'CA1',
      customer: 'a',
      bytes: 100_000,
    }])
    expect(server.refused).toEqual([])
    expect(storing.waiting()).toBe(0)
  })

  test('goes in parts when it is long, of which one is in memory at a time', async () => {
    const sound = recordingOf(17 * MIB, 7)
    const { storing, left } = await createMachine({ 'a/CA1.wav': sound })
    storing.ended({ customer: 'a', callSid: 'CA1' })
    await until('it is stored', async () => (await left()).length === 0, 20_000)
    expect(server.objects.get(keys()[0])?.body.length).toBe(17 * MIB)
    const parts = server.requests.filter(({ query }) => query.has('partNumber'))
    expect(parts.map(({ sizeBytes }) => sizeBytes)).toEqual([8 * MIB, 8 * MIB, MIB])
    expect(server.refused).toEqual([])
  }, 60_000)

  test('stays while the storage is away, and is tried again later and later', async () => {
    const { storing, clock, logged, outcomes, left } = await createMachine({
      'a/CA1.wav': recordingOf(1_000, 7),
    })
    server.faults.of = ({ method }) => method === 'PUT' ? 503 : undefined
    storing.ended({ customer: 'a', callSid: 'CA1' })
    await until('it has failed', () => outcomes.length === 1)
    expect(logged).toEqual([['recording.not-stored', {
      callSid: 'CA1',
      customer: 'a',
      tries: 1,
      problem: 'PUT was refused: 503 InternalError',
    }]])
    expect(storing.waiting()).toBe(1)
    const tries = async (afterMs: number, count: number) => {
      await until('nothing is under way', () => clock.waiting() === 1)
      clock.advance(afterMs)
      await until(`try ${count}`, () => outcomes.length === count)
    }
    await tries(5_000, 2)
    await tries(20_000, 3)
    expect(await left()).toEqual(['CA1'])
    server.faults.of = () => undefined
    await tries(80_000, 4)
    expect(outcomes).toEqual(['failed', 'failed', 'failed', 'stored'])
    expect(await left()).toEqual([])
  })

  test(
    'whose upload is cut off is sent again from its beginning, and leaves nothing half done',
    async () => {
      const { storing, clock, outcomes, left } = await createMachine({
        'a/CA1.wav': recordingOf(9 * MIB, 7),
      })
      let parts = 0
      server.faults.of = ({ query }) => query.has('partNumber') && ++parts === 2 ? 'cut' : undefined
      storing.ended({ customer: 'a', callSid: 'CA1' })
      await until('it has failed', () => outcomes.length === 1, 20_000)
      expect(server.uploads.size).toBe(1)
      await until('nothing is under way', () => clock.waiting() === 1)
      clock.advance(5_000)
      await until('it is stored', async () => (await left()).length === 0, 20_000)
      expect(server.objects.get(keys()[0])?.body.length).toBe(9 * MIB)
      expect(server.uploads.size).toBe(0)
    },
    60_000,
  )

  test('that is not in the storage with its whole length stays here', async () => {
    const { storing, outcomes, left } = await createMachine({ 'a/CA1.wav': recordingOf(1_000, 7) })
    server.faults.of = ({ method, key }) => {
      if (method === 'HEAD') server.objects.set(key, { body: new Uint8Array(3), changedAt: 0 })
      return undefined
    }
    storing.ended({ customer: 'a', callSid: 'CA1' })
    await until('it has failed', () => outcomes.length === 1)
    expect(await left()).toEqual(['CA1'])
  })

  test('does not wait for another that the storage refuses', async () => {
    const { storing, outcomes, left } = await createMachine({
      'a/CA1.wav': recordingOf(1_000, 1),
      'a/CA2.wav': recordingOf(1_000, 2),
    })
    server.faults.of = ({ key }) => key.includes('CA1') ? 403 : undefined
    storing.ended({ customer: 'a', callSid: 'CA1' })
    storing.ended({ customer: 'a', callSid: 'CA2' })
    await until('both were tried', () => outcomes.includes('stored'))
    expect(await left()).toEqual(['CA1'])
  })
})

describe('a recording that a process left', () => {
  test('is stored by the next one, once nobody has written to it for ten minutes', async () => {
    const { clock, left, storing, open } = await createMachine({
      'a/CA1.wav': recordingOf(1_000, 1),
      'a/CA2.wav': recordingOf(1_000, 2),
    }, 1_000_000)
    open.add('a/CA2')
    clock.advance(590_000)
    await storing.stop()
    expect(await left()).toEqual(['CA1', 'CA2'])
    clock.advance(20_000)
    await storing.stop()
    // The other is of a call that this process has taken up.
    expect(await left()).toEqual(['CA2'])
  })

  test('takes its own place when it was there already', async () => {
    const sound = { 'a/CA1.wav': recordingOf(1_000, 1) }
    const first = await createMachine(sound)
    first.storing.ended({ customer: 'a', callSid: 'CA1' })
    await until('it is stored', () => first.outcomes.length === 1)
    const again = await createMachine(sound)
    again.storing.ended({ customer: 'a', callSid: 'CA1' })
    await until('it is stored again', () => again.outcomes.length === 1)
    expect(keys()).toHaveLength(1)
    // What another machine has of the call is another part.
    const other = await createMachine({ 'a/CA1.wav': recordingOf(2_000, 9) })
    other.storing.ended({ customer: 'a', callSid: 'CA1' })
    await until('it is stored', () => other.outcomes.length === 1)
    expect(keys()).toHaveLength(2)
  })

  test('has a place of its own beside another part of its call that begins as silently', async () => {
    const quietThen = (value: number) => {
      const sound = recordingOf(200_000, 0xff)
      sound.fill(value, 150_000)
      return sound
    }
    for (const value of [7, 8]) {
      const { storing, left } = await createMachine({ 'a/CA1.wav': quietThen(value) })
      storing.ended({ customer: 'a', callSid: 'CA1' })
      await expect.poll(left).toEqual([])
    }
    expect(keys()).toHaveLength(2)
  })

  test('is not half taken away when the process ends while it is sent', async () => {
    const { storing, stopping, left, folder } = await createMachine({
      'a/CA1.wav': recordingOf(1_000, 1),
    })
    server.faults.of = () => 'hang'
    storing.ended({ customer: 'a', callSid: 'CA1' })
    await until('it is being sent', () => server.requests.length === 1)
    stopping.abort()
    await storing.stop()
    expect(await left()).toEqual(['CA1'])
    expect((await stat(join(folder, 'a/CA1.wav'))).size).toBe(1_000)
  })
})

describe('recordings in the storage', () => {
  const create = (objects: Readonly<Record<string, number>>) => {
    for (const [key, changedAt] of Object.entries(objects)) {
      server.objects.set(key, { body: new Uint8Array(1), changedAt })
    }
    const storage = createStorage({
      storage: () => ({ endpoint: server.url, bucket: BUCKET, region: REGION, prefix: 'kept/' }),
      keys: { ...KEYS, sessionToken: undefined },
      fetch,
      now: Date.now,
    })()
    if (!storage) throw new Error('no storage')
    return createStoredRecordings(storage.bucket, storage.prefix)
  }

  test('are found by their call, the first part first', async () => {
    const stored = create({
      'kept/a/CA1/b.wav': 1_000,
      'kept/a/CA1/a.wav': 2_000,
      'kept/a/CA12/c.wav': 3_000,
    })
    expect(await stored.partsOf('a', 'CA1')).toEqual(['kept/a/CA1/b.wav', 'kept/a/CA1/a.wav'])
    expect(await stored.partsOf('a', 'CA3')).toEqual([])
  })

  test('are deleted by their call and by their age, and others are not', async () => {
    const stored = create({
      'kept/a/CA1/a.wav': 1_000,
      'kept/a/CA1/b.wav': 2_000,
      'kept/a/CA2/c.wav': 2_000,
      'kept/a/CA3/d.wav': 9_000,
      'kept/ab/CA4/e.wav': 1_000,
    })
    expect(await stored.remove([{ customer: 'a', callSid: 'CA1' }])).toBe(2)
    expect(await stored.removeBefore('a', 5_000)).toBe(1)
    expect(keys()).toEqual(['kept/a/CA3/d.wav', 'kept/ab/CA4/e.wav'])
  })
})
