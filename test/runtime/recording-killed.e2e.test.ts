/** A process that is killed while a secret is said leaves nothing of it on the disk, although nobody had told it yet that somebody spoke. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readWav } from '../../src/audio/wav.ts'
import { systemClock } from '../../src/clock.ts'
import * as files from '../../src/runtime/files.ts'
import { runtime } from '../../src/runtime/node.ts'
import { placeCall } from '../../src/sim/caller/place-call.ts'
import { clipOfText, loadClips } from '../../src/sim/model/clips.ts'
import { PARROT } from '../../src/sim/model/scenario.ts'
import { startModelServer } from '../../src/sim/model/server.ts'
import { ACCOUNT, AUTH_TOKEN, RUNTIME_NAMES, until } from '../support/servers.ts'
import { startServiceProcess } from '../support/service-process.ts'

const LINE = '+15005550197'
const CUSTOMER = `customer: Recorded
numbers: ["${LINE}"]
recording: {}
redact: { words: [insurance] }
agent: { instructions: You answer the phone., greeting: Thanks for calling Bright Smile. How can I help? }
`
const SECRET = 'Sorry, one more thing. Do you take my insurance?'

describe.each(RUNTIME_NAMES)('on %s', (name) => {
  test('a secret that a server tells of late is not on the disk after a crash, nor once the next process has begun', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tandem-killed-'))
    const configFolder = join(folder, 'config')
    const dataFolder = join(folder, 'data')
    await mkdir(join(configFolder, 'customers'), { recursive: true })
    await writeFile(join(configFolder, 'customers', 'recorded.yaml'), CUSTOMER)
    const clips = await loadClips(files)
    const secret = clipOfText(clips, SECRET)?.sound.pcm ?? new Int16Array(0)
    const model = await startModelServer({
      runtime,
      clock: systemClock,
      hostname: '127.0.0.1',
      port: 0,
      scenario: () => ({ ...PARROT, hearsLateMs: 4_000, tellsSpeech: false }),
      clips,
    })
    const service = await startServiceProcess({
      runtime: name,
      configFolder,
      dataFolder,
      modelUrl: model.url,
    })
    /** How loud both sides have been, and for how long, as far as is on the disk. */
    const onDisk = async () => {
      const recordings = join(dataFolder, 'recordings', 'recorded')
      const [file] = await readdir(recordings)
      const { channels } = readWav(new Uint8Array(await readFile(join(recordings, file))))
      const peak = (sound: Int16Array) => sound.reduce((most, each) => Math.max(most, each), 0)
      return { left: peak(channels[0]), right: peak(channels[1]), ms: channels[0].length / 8 }
    }
    try {
      const call = placeCall({
        connect: runtime.connect,
        fetch,
        clock: systemClock,
        now: () => new Date(),
        baseUrl: service.url,
        accountSid: ACCOUNT,
        authToken: AUTH_TOKEN,
        from: '+15550001111',
        to: LINE,
        answerDelayMs: 50,
      })
      const line = await call.started
      await until('the agent is heard', () => line.nowMs() > 1_000)
      const saidMs = line.nowMs()
      line.say(secret)
      // The model has not heard the end of it yet.
      await until('it is behind', async () => (await onDisk()).ms > saidMs + 2_000, 20_000)
      await service.kill()
      const left = await onDisk()
      expect(left.right).toBeGreaterThan(1_000)
      expect(left.left).toBe(0)
      call.hangUp()
      await service.start()
      await until('it is mended', () => service.log().includes('recording.mended'))
      expect((await onDisk()).left).toBe(0)
    } finally {
      await service.kill()
      await model.stop()
      await rm(folder, { recursive: true, force: true })
    }
  })
})
