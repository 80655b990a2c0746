/** How a call sounded can be had on each runtime: from the disk while the call is on, by parts, and from the storage after it, without what is redacted. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readWav } from '../../src/audio/wav.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
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
redact: { words: [insurance] }
agent: { instructions: You answer the phone., greeting: Thanks for calling. }
`

const names = Object.keys(RUNTIMES) as RuntimeName[]

describe.each(names)('on %s', (name) => {
  test('a recording is played from the disk while the call is on, and from the storage after it without what is redacted', async () => {
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
      expect(Number(head.headers.get('content-length'))).toBeGreaterThan(1_500 * 16)
      expect(head.headers.get('accept-ranges')).toBe('bytes')

      const say = async (text: string): Promise<number> => {
        const fromMs = line.nowMs()
        line.say(clipOfText(service.clips, text)?.sound.pcm ?? new Int16Array(0))
        await until('it was answered', () => line.nowMs() > fromMs + 8_000, 20_000)
        return fromMs
      }
      const harmlessMs = await say('Yes, please.')
      const secretMs = await say('Sorry, one more thing. Do you take my insurance?')
      const heard = line.heard(0, line.nowMs())
      expect(heard.subarray(secretMs * 8).some((code) => code !== 0xff && code !== 0x7f)).toBe(true)

      call.hangUp()
      await call.done
      await until('it is in the storage', async () => (await left()).length === 0, 20_000)
      await expect.poll(service.log, { timeout: 5_000 }).toContain('recording.not-stored')
      await until('it says so', () => service.log().includes('recording.stored'))
      const moved = await ask(callSid)
      expect(moved.status).toBe(302)
      const stored = await fetch(moved.headers.get('location') ?? '')
      expect([stored.status, stored.headers.get('content-type')]).toEqual([200, 'audio/wav'])
      const { channels, sampleRateHz } = readWav(await stored.bytes())
      expect([channels.length, sampleRateHz]).toEqual([2, 8_000])
      const isLoud = (channel: 0 | 1, fromMs: number, toMs: number) =>
        channels[channel].subarray(fromMs * 8, toMs * 8).some((sample) => Math.abs(sample) > 1_000)
      expect([isLoud(1, 0, harmlessMs), isLoud(0, harmlessMs, secretMs)]).toEqual([true, true])
      expect(isLoud(1, harmlessMs, secretMs)).toBe(true)
      expect([isLoud(0, secretMs, Infinity), isLoud(1, secretMs, Infinity)])
        .toEqual([false, false])

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
