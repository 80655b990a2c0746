/** How a call sounded can be had on each runtime: from the disk while the call is on, by parts, and from the storage after it. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readWav } from '../../src/audio/wav.ts'
import { BUCKET, KEYS, REGION, startS3Server } from '../support/s3-server.ts'
import {
  OPERATOR_TOKEN,
  type RuntimeName,
  RUNTIMES,
  startTestService,
  until,
} from '../support/servers.ts'

const LINE = '+15005550198'
const CUSTOMER = `customer: Recorded
numbers: ["${LINE}"]
recording: { consent: This call is recorded. }
agent: { instructions: You answer the phone., greeting: Thanks for calling. }
`

const names = Object.keys(RUNTIMES) as RuntimeName[]

describe.each(names)('on %s', (name) => {
  test('a recording is played from the disk while the call is on, and from the storage after it', async () => {
    const storage = await startS3Server()
    const service = await startTestService(
      name,
      { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey },
      { recorded: CUSTOMER },
    )
    const folder = join(service.configFolder, '..', 'data', 'recordings', 'recorded')
    const left = () => readdir(folder).catch(() => [])
    const ask = (callSid: string, init: RequestInit = {}) =>
      fetch(`${service.url}/api/v1/calls/${callSid}/recording`, {
        ...init,
        redirect: 'manual',
        headers: { ...init.headers, authorization: `Bearer ${OPERATOR_TOKEN}` },
      })
    try {
      await writeFile(
        join(service.configFolder, 'tandem.yaml'),
        `storage: { endpoint: "${storage.url}", bucket: ${BUCKET}, region: ${REGION} }\n`,
      )
      await until('the storage is known', () => service.log().includes('config.reloaded'))
      await service.hasRoom()
      // It does not take the first try, as storages do.
      storage.faults.of = ({ method }) =>
        method === 'PUT' && !storage.requests.slice(0, -1).some((it) => it.method === 'PUT')
          ? 503
          : undefined
      const call = service.call({ to: LINE })
      const line = await call.started
      await until('the greeting was heard', () => line.nowMs() > 5_000)
      const [file] = await left()
      const callSid = file.replace('.wav', '')

      const part = await ask(callSid, { headers: { range: 'bytes=0-57' } })
      expect(part.status).toBe(206)
      expect(part.headers.get('content-range')).toMatch(/^bytes 0-57\/\d+$/)
      const start = await part.bytes()
      expect([start.length, new TextDecoder().decode(start.subarray(0, 4))]).toEqual([58, 'RIFF'])
      const outside = await ask(callSid, { headers: { range: 'bytes=99999999-' } })
      expect(outside.status).toBe(416)
      await outside.body?.cancel()
      const head = await ask(callSid, { method: 'HEAD' })
      expect(head.status).toBe(200)
      expect(Number(head.headers.get('content-length'))).toBeGreaterThan(3_000 * 16)
      expect(head.headers.get('accept-ranges')).toBe('bytes')

      call.hangUp()
      await call.done
      await until('it is in the storage', async () => (await left()).length === 0, 20_000)
      expect(service.log()).toContain('recording.not-stored')
      expect(service.log()).toContain('recording.stored')
      const moved = await ask(callSid)
      expect(moved.status).toBe(302)
      const stored = await fetch(moved.headers.get('location') ?? '')
      expect([stored.status, stored.headers.get('content-type')]).toEqual([200, 'audio/wav'])
      const { channels, sampleRateHz } = readWav(await stored.bytes())
      expect([channels.length, sampleRateHz]).toEqual([2, 8_000])
      expect(channels[1].some((sample) => Math.abs(sample) > 1_000)).toBe(true)

      const forgotten = await fetch(`${service.url}/api/v1/forget`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${OPERATOR_TOKEN}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ number: '+15550001111' }),
      })
      expect(await forgotten.json()).toEqual({ forgotten: [callSid] })
      expect([storage.objects.size, storage.refused]).toEqual([0, []])
    } finally {
      await service.stop()
      await storage.stop()
    }
  })
})
