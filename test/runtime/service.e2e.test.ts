import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { muLawDecode } from '../../src/audio/g711.ts'
import { createTone } from '../../src/audio/tone.ts'
import { signToken } from '../../src/http/stream-token.ts'
import { analyseTurns, speechIn } from '../../src/sim/caller/turns.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { offerCall, openStream, startMessage } from '../support/raw-stream.ts'
import {
  DENTIST,
  RESTAURANT,
  type RuntimeName,
  RUNTIMES,
  SECRET,
  startTestService,
  type TestService,
  until,
} from '../support/servers.ts'
import { shareOfTone } from '../support/tone-share.ts'

const names = Object.keys(RUNTIMES) as RuntimeName[]

describe.each(names)('the service on %s', (name) => {
  let service: TestService
  let callsMade = 0
  const newCallSid = () => `CA${String(++callsMade).padStart(32, '0')}`
  const clip = (text: string) => clipOfText(service.clips, text)?.sound.pcm ?? new Int16Array(0)
  const tone = (frequencyHz: number, ms: number) => {
    const pcm = new Int16Array(ms * 8)
    createTone({ frequencyHz, sampleRateHz: 8000, amplitude: 0.3 }).fill(pcm)
    return pcm
  }
  const lastSession = () => service.sessions[service.sessions.length - 1]

  beforeAll(async () => {
    service = await startTestService(name)
  })
  beforeEach(() => service.hasRoom())
  afterEach(() => service.behave({}))
  afterAll(() => service.stop())

  describe('a call', () => {
    it('is greeted at once, understood, answered and recorded with both voices', async () => {
      const call = service.call()
      const line = await call.started
      await until('the greeting was heard', () => line.nowMs() > 3_300)
      const said = call.say(clip('Yes, please.'))
      const answered = () =>
        speechIn(recordedAgent(line)).some(({ startMs }) => startMs > said.endMs)
      await until('the parrot has answered', answered, 15_000)
      await until('the answer was heard', () => line.record().queuedMs === 0)
      call.hangUp()
      const outcome = await call.done
      expect(outcome).toMatchObject({ end: 'caller-hung-up', warnings: [] })

      const { caller, agent, replies } = analyseTurns(outcome.recording)
      expect(caller).toHaveLength(1)
      expect(agent.length).toBeGreaterThanOrEqual(2)
      expect(agent[0].endMs - agent[0].startMs).toBeGreaterThan(2_000)
      expect(replies).toHaveLength(1)
      const [text] = lastSession().items().flatMap((item) =>
        item.type === 'message' && item.role === 'user'
          ? item.content.flatMap((part) => 'transcript' in part ? [part.transcript] : [])
          : []
      )
      expect(text).toBe('Yes, please.')
      expect(lastSession().record.errors).toEqual([])
    })

    it('hears the greeting soon although the model is slow and the stream is early', async () => {
      service.behave({ connectMs: 300, firstAudioMs: 500 })
      const call = service.call({ answerDelayMs: 400 })
      const line = await call.started
      await until('the first packet has come', () => line.record().firstPacketAtMs !== undefined)
      const { firstPacketAtMs } = line.record()
      call.hangUp()
      await call.done
      // 300 + 500 - 400 = 400 ms are the model's own; the rest is ours, the socket's and this machine's noise.
      expect(firstPacketAtMs).toBeLessThan(400 + 250)
      expect(firstPacketAtMs).toBeGreaterThan(300)
    })

    it('stops the agent when the caller cuts in, and tells the model what was heard', async () => {
      service.behave({ turns: [], lateDeltas: 3 })
      const call = service.call()
      const line = await call.started
      await until('the greeting has begun', () => line.playedBytes() > 8 * 700)
      call.say(clip('Wait, can we make it Thursday instead?'))
      await until('the queue was cleared', () => line.record().clears.length > 0)
      await until('the model was told', () => lastSession().record.truncations.length > 0)
      const [{ playedMs }] = line.record().clears
      const [truncation] = lastSession().record.truncations
      call.hangUp()
      await call.done
      expect(truncation).toMatchObject({ contentIndex: 0, isGranted: true })
      // The exact truth is proven on a clock that stands still (test/call, test/bridge); here two processes share a machine.
      expect(Math.abs(truncation.audioEndMs - playedMs)).toBeLessThan(60)
    })

    it('loses no word that is said before the model is ready', async () => {
      const before = service.sessions.length
      service.behave({ connectMs: 1_500 })
      const call = service.call({ answerDelayMs: 0 })
      await call.started
      call.say(tone(800, 600))
      const loudMs = () => {
        if (service.sessions.length === before) return 0
        const { sampleRateHz, pcm } = lastSession().heard()
        const phone = sampleRateHz === 8000 ? pcm : pcm.filter((_, at) => at % 3 === 0)
        return speechIn(phone).reduce((ms, { startMs, endMs }) => ms + endMs - startMs, 0)
      }
      await until('the model has heard all of it', () => loudMs() > 570)
      call.hangUp()
      await call.done
    })

    it('never mixes with another call to another customer', async () => {
      const [dentist, restaurant] = [
        service.call({ to: DENTIST }),
        service.call({ to: RESTAURANT }),
      ]
      const lines = await Promise.all([dentist.started, restaurant.started])
      await until(
        'both greetings were heard',
        () => lines.every((line) => line.record().queuedMs === 0 && line.nowMs() > 3_500),
      )
      dentist.say(tone(600, 700))
      restaurant.say(tone(1_500, 700))
      await until(
        'both parrots have answered',
        () => lines.every((line) => speechIn(recordedAgent(line)).length >= 2),
        15_000,
      )
      await until('both were heard', () => lines.every((line) => line.record().queuedMs === 0))
      for (const call of [dentist, restaurant]) call.hangUp()
      const [atDentist, atRestaurant] = await Promise.all([dentist.done, restaurant.done])

      const answer = (outcome: typeof atDentist) => {
        const pcm = outcome.recording.channels[1]
        const last = speechIn(pcm).at(-1)
        return {
          sampleRateHz: 8000,
          pcm: pcm.slice((last?.startMs ?? 0) * 8, (last?.endMs ?? 0) * 8),
        }
      }
      expect(shareOfTone(answer(atDentist), 600)).toBeGreaterThan(0.8)
      expect(shareOfTone(answer(atDentist), 1_500)).toBeLessThan(0.01)
      expect(shareOfTone(answer(atRestaurant), 1_500)).toBeGreaterThan(0.8)
      expect(shareOfTone(answer(atRestaurant), 600)).toBeLessThan(0.01)
      const instructions = service.sessions.slice(-2).map((session) =>
        session.settings().instructions
      )
      expect(instructions.filter((text) => /dental/i.test(text))).toHaveLength(1)
    })

    it('survives garbage and unknown messages on both sockets', async () => {
      service.behave({ garbage: true })
      const { streamUrl, token, callSid } = await offered()
      const stream = openStream(streamUrl)
      await stream.opened
      for (const text of GARBAGE) stream.sendText(text)
      stream.send({ event: 'connected', protocol: 'Call', version: '1.0.0' })
      stream.send(startMessage(callSid, token))
      for (const text of GARBAGE) stream.sendText(text)
      await until(
        'the greeting comes',
        () => stream.received.some((text) => text.includes('"media"')),
      )
      stream.send({ event: 'stop', stop: { callSid } })
      await until('the session is over', () => !lastSession().isOpen())
      expect(service.log()).not.toContain('call.fault')
      stream.close()
    })

    it('closes the model when the caller hangs up', async () => {
      const call = service.call()
      await call.started
      const session = lastSession()
      expect(session.isOpen()).toBe(true)
      call.hangUp()
      await until('the session is over', () => !session.isOpen(), 1_000)
      await call.done
    })

    it('closes the model also while that is still being opened', async () => {
      const before = service.sessions.length
      service.behave({ connectMs: 1_000 })
      const call = service.call({ answerDelayMs: 0 })
      await call.started
      call.hangUp()
      await call.done
      await until('the call is over', () => logOf(call.callSid).includes('call.ended'), 1_000)
      await new Promise((resolve) => setTimeout(resolve, 1_200))
      expect(service.sessions.slice(before).some((session) => session.isOpen())).toBe(false)
    })
  })

  describe('a model that cannot be reached', () => {
    it('is apologised for, and a human is called where the customer has one', async () => {
      service.behave({ refuse: { status: 401 } })
      const call = service.call()
      const outcome = await call.done
      expect(outcome.verbs.map(({ verb }) => verb).slice(-2)).toEqual(['say', 'dial'])
    })

    it('is apologised for also when it refuses the key inside the socket', async () => {
      service.behave({ refuse: { code: 3000 } })
      const outcome = await service.call({ to: RESTAURANT }).done
      expect(outcome.verbs.map(({ verb }) => verb)).toContain('say')
    })

    it('is not spoken with when it takes another audio format', async () => {
      service.behave({ wrongFormat: true })
      const call = service.call()
      const outcome = await call.done
      expect(outcome.verbs.map(({ verb }) => verb)).toContain('say')
      expect(outcome.firstPacketAtMs).toBeUndefined()
      expect(lastSession().record.appendedMs).toBe(0)
    })
  })

  describe('nobody but Twilio', () => {
    it('gets a call in without the right signature', async () => {
      const before = service.sessions.length
      for (const signature of ['', 'bm90IHRoZSByaWdodCBvbmU=']) {
        const { status } = await offerCall(service, newCallSid(), {}, {
          'x-twilio-signature': signature,
        })
        expect(status).toBe(403)
      }
      const response = await fetch(`${service.url}/twilio/voice`, { method: 'POST' })
      await response.text()
      expect(response.status).toBe(403)
      expect(service.sessions.length).toBe(before)
    })

    it('opens a stream without the right signature', async () => {
      const { streamUrl } = await offered()
      for (const signature of [null, 'bm90IHRoZSByaWdodCBvbmU=']) {
        const stream = openStream(streamUrl, signature)
        expect(await stream.closed).toMatchObject({ httpStatus: 403 })
      }
    })

    it('opens a stream for a call that nobody offered, or on another machine', async () => {
      const { streamUrl } = await offered()
      const [, machine, callSid] = /media\/([^/]+)\/([^/]+)$/.exec(streamUrl) ?? []
      const elsewhere = streamUrl.replace(machine, 'another-machine')
      expect(await openStream(elsewhere).closed).toMatchObject({ httpStatus: 404 })
      const unknown = streamUrl.replace(callSid, newCallSid())
      expect(await openStream(unknown).closed).toMatchObject({ httpStatus: 404 })
    })

    it.each(['forged', 'late', 'of another call', 'of another epoch', 'missing'])(
      'uses a token that is %s, and the rightful caller still can',
      async (kind) => {
        const { streamUrl, token, callSid } = await offered()
        const now = Date.now() / 1000
        const tokens: Record<string, string> = {
          'forged': signToken('another-secret', { callSid, epoch: 1 }, now),
          'late': signToken(SECRET, { callSid, epoch: 1 }, now - 3_600),
          'of another call': signToken(SECRET, { callSid: newCallSid(), epoch: 1 }, now),
          'of another epoch': signToken(SECRET, { callSid, epoch: 2 }, now),
          'missing': '',
        }
        const attacker = openStream(streamUrl)
        await attacker.opened
        attacker.send(startMessage(callSid, tokens[kind]))
        expect((await attacker.closed).code).toBe(4403)
        expect(attacker.received).toEqual([])
        await expectGreeting(streamUrl, callSid, token)
      },
    )

    it('says that it is another call or account, and the rightful caller still can', async () => {
      const { streamUrl, token, callSid } = await offered()
      for (
        const start of [
          startMessage(newCallSid(), token),
          startMessage(callSid, token, 'AC99999999999999999999999999999999'),
        ]
      ) {
        const attacker = openStream(streamUrl)
        await attacker.opened
        attacker.send(start)
        expect((await attacker.closed).code).toBe(4403)
      }
      await expectGreeting(streamUrl, callSid, token)
    })

    it('joins a call that has its stream, with its own token', async () => {
      const { streamUrl, token, callSid } = await offered()
      const [rightful, second] = [openStream(streamUrl), openStream(streamUrl)]
      await Promise.all([rightful.opened, second.opened])
      rightful.send(startMessage(callSid, token))
      await until('the greeting comes', () => rightful.received.length > 3)
      second.send(startMessage(callSid, token))
      expect((await second.closed).code).toBe(4403)
      expect(second.received).toEqual([])
      expect(await openStream(streamUrl).closed).toMatchObject({ httpStatus: 404 })
      rightful.close()
      await rightful.closed
    })

    it('keeps more than two sockets of a call that do not say who they are', async () => {
      const { streamUrl, token, callSid } = await offered()
      const crowd = Array.from({ length: 2 }, () => openStream(streamUrl))
      await Promise.all(crowd.map((stream) => stream.opened))
      expect(await openStream(streamUrl).closed).toMatchObject({ httpStatus: 503 })
      crowd[0].close()
      await crowd[0].closed
      await until('there is room again', async () => {
        const stream = openStream(streamUrl)
        const isOpen = await stream.opened
        stream.close()
        await stream.closed
        return isOpen
      })
      await expectGreeting(streamUrl, callSid, token)
      for (const stream of crowd) stream.close()
    })

    it('sends messages of more than 64 KiB', async () => {
      const { streamUrl, token, callSid } = await offered()
      const stream = openStream(streamUrl)
      await stream.opened
      stream.send(startMessage(callSid, token))
      await until('the greeting comes', () => stream.received.length > 0)
      stream.sendText('x'.repeat(70_000))
      expect([1006, 1009, 4009]).toContain((await stream.closed).code)
      await until('the stream is lost', () => logOf(callSid).includes('call.stream-lost'))
    })
  })

  describe('the service', () => {
    it('refuses a number that nobody owns', async () => {
      const outcome = await service.call({ to: '+15005550000' }).done
      expect(outcome).toMatchObject({ end: 'rejected', reason: 'rejected' })
    })

    it('answers a repeated webhook without opening a second session', async () => {
      const before = service.sessions.length
      const callSid = newCallSid()
      const first = await offerCall(service, callSid)
      await until('the session is open', () => service.sessions.length > before)
      const again = await offerCall(service, callSid)
      expect(again.streamUrl).toBe(first.streamUrl)
      expect(service.sessions.length).toBe(before + 1)
      await expectGreeting(again.streamUrl, callSid, first.token)
    })

    it('takes a changed file for new calls, and keeps the old one when the new one is broken', async () => {
      const file = join(service.configFolder, 'customers', 'bright-smile.yaml')
      const text = await readFile(file, 'utf8')
      await writeFile(file, `${text}\nsurprise: 1\n`)
      await until('the mistake was told', () => service.log().includes('config.not-taken'))
      const kept = service.call()
      await kept.started
      kept.hangUp()
      await kept.done
      const before = service.log().length
      await writeFile(file, text.replace('agent:', 'agent:\n  speed: 1.25'))
      await until('it was taken', () => service.log().slice(before).includes('config.reloaded'))
      const call = service.call()
      await call.started
      await until(
        'the session is set up',
        () => lastSession().settings().audio.output.speed === 1.25,
      )
      call.hangUp()
      await call.done
    })

    it('hands its calls over and exits with 0 when it is told to stop', async () => {
      const call = service.call()
      const line = await call.started
      const { terminate, sessions, url } = service
      const exited = terminate()
      await until('it takes no calls any more', async () => {
        const response = await fetch(`${url}/readyz`).catch(() => undefined)
        await response?.body?.cancel()
        return response?.status !== 200
      })
      expect(await exited).toBe(0)
      call.hangUp()
      const outcome = await call.done
      // The greeting was not cut off: the call was handed over when it had been heard.
      expect(line.record().playedMs).toBeGreaterThan(3_000)
      expect(outcome.verbs.map(({ verb }) => verb)).toContain('redirect')
      expect(sessions.some((session) => session.isOpen())).toBe(false)
    })
  })

  const offered = async () => {
    const callSid = newCallSid()
    return { ...await offerCall(service, callSid), callSid }
  }

  const expectGreeting = async (streamUrl: string, callSid: string, token: string) => {
    const rightful = openStream(streamUrl)
    expect(await rightful.opened).toBe(true)
    rightful.send(startMessage(callSid, token))
    await until(
      'the greeting comes',
      () => rightful.received.some((text) => text.includes('"media"')),
    )
    rightful.send({ event: 'stop', stop: { callSid } })
    rightful.close()
    await rightful.closed
  }

  const logOf = (callSid: string) =>
    service.log().split('\n').filter((line) => line.includes(callSid)).join('\n')
})

const recordedAgent = (line: Awaited<ReturnType<TestService['call']>['started']>): Int16Array => {
  const codes = line.heard(0, line.nowMs())
  const pcm = new Int16Array(codes.length)
  muLawDecode(codes, pcm)
  return pcm
}

const GARBAGE = [
  'hello',
  '{',
  '[]',
  'null',
  '{"event":7}',
  '{"event":"volume","volume":{"level":11}}',
  '{"event":"media"}',
  '{"event":"media","media":{"track":"inbound","timestamp":"20","payload":"*** no base64 ***"}}',
  '{"event":"mark","mark":{"name":"nobody sent this"}}',
  '{"event":"dtmf","dtmf":{}}',
  `{"event":"noise","data":"${'x'.repeat(50_000)}"}`,
]
