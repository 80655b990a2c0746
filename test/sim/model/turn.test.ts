import { describe, expect, it } from 'vitest'
import type { AudioFormat } from '../../../src/sim/model/events.ts'
import { decodeSound } from '../../../src/sim/model/sound.ts'
import { clipNamed } from './bundled.ts'
import { audioMsIn, openSession, sessionUpdate, tone } from './client.ts'

const PCM: AudioFormat = { type: 'audio/pcm', rate: 24000 }
const PCMU: AudioFormat = { type: 'audio/pcmu' }

const transcribed = sessionUpdate({
  audio: {
    input: {
      transcription: { model: 'gpt-transcribe' },
      turn_detection: { type: 'server_vad', silence_duration_ms: 500 },
    },
  },
})

describe.each([['audio/pcm', PCM, 1 / 48], ['audio/pcmu', PCMU, 1 / 8]] as const)(
  'a turn in %s',
  (_name, format, msPerByte) => {
    it('comes in the documented order', () => {
      const client = openSession({ deltaMs: [10_000], transcriptionDelayMs: 1000 }, { format })
      client.send(transcribed)
      client.say(clipNamed('caller-yes').sound)
      client.silence(1500)
      client.clock.advance(1000)

      expect(client.types().slice(client.types().lastIndexOf('session.updated') + 1)).toEqual([
        'input_audio_buffer.speech_started',
        'input_audio_buffer.speech_stopped',
        'input_audio_buffer.committed',
        'conversation.item.added',
        'conversation.item.done',
        'response.created',
        'response.output_item.added',
        'conversation.item.added',
        'response.content_part.added',
        'response.output_audio_transcript.delta',
        'response.output_audio.delta',
        'response.output_audio.done',
        'response.output_audio_transcript.done',
        'response.content_part.done',
        'response.output_item.done',
        'conversation.item.done',
        'response.done',
        'rate_limits.updated',
        'conversation.item.input_audio_transcription.delta',
        'conversation.item.input_audio_transcription.completed',
      ])
    })

    it('says back the very audio it heard, with its words', () => {
      const client = openSession({}, { format })
      client.send(transcribed)
      client.say(tone(1000))
      client.silence(2000)

      const said = client.all('response.output_audio.delta').flatMap((delta) => [
        ...decodeSound(Uint8Array.fromBase64(String(delta.get('delta'))), format),
      ])
      const heard = client.session.heard().pcm
      const start = said.findIndex((sample) => Math.abs(sample) > 1000)
      const startHeard = heard.findIndex((sample) => Math.abs(sample) > 1000)
      const length = Math.floor(900 * (format.type === 'audio/pcm' ? 24 : 8))
      expect(said.slice(start, start + length)).toEqual([
        ...heard.slice(startHeard, startHeard + length),
      ])
      expect(client.last('response.output_audio_transcript.done').get('transcript')).toBe(
        '(1.0 s of speech)',
      )
      expect(audioMsIn(client.events, msPerByte)).toBeCloseTo(1100, 5)
    })
  },
)

describe('a turn', () => {
  it('has the transcript of the clip that the caller played, in pieces', () => {
    const client = openSession({}, { format: PCMU })
    client.send(transcribed)
    client.say(clipNamed('caller-goodbye').sound)
    client.silence(1000)

    expect(
      client.all('conversation.item.input_audio_transcription.delta').map((event) =>
        event.get('delta')
      ),
    )
      .toEqual(['Thank you, goodbye.'])
    expect(client.last('conversation.item.input_audio_transcription.completed').get('transcript'))
      .toBe('Thank you, goodbye.')
    expect(client.last('conversation.item.input_audio_transcription.completed').get('item_id'))
      .toBe(client.last('input_audio_buffer.committed').get('item_id'))
  })

  it('counts its times in audio written, with the padding before it', () => {
    const client = openSession({}, { format: PCMU })
    client.send(sessionUpdate({
      audio: {
        input: {
          turn_detection: { type: 'server_vad', prefix_padding_ms: 200, silence_duration_ms: 400 },
        },
      },
    }))
    client.silence(1000)
    client.say(tone(600))
    client.silence(1000)

    expect(client.last('input_audio_buffer.speech_started').get('audio_start_ms')).toBe(800)
    expect(client.last('input_audio_buffer.speech_stopped').get('audio_end_ms')).toBe(2000)
  })

  it('counts written audio, not time: speech that comes late begins where it was written', () => {
    const client = openSession({}, { format: PCMU })
    client.clock.advance(30_000)
    client.silence(500)
    client.say(tone(300))

    expect(client.last('input_audio_buffer.speech_started').get('audio_start_ms')).toBe(200)
  })

  it('may have its transcript long after the answer', () => {
    const client = openSession({ transcriptionDelayMs: 5000 }, { format: PCMU })
    client.send(transcribed)
    client.say(tone(400))
    client.silence(1000)
    client.clock.advance(6000)

    const types = client.types()
    expect(types.indexOf('conversation.item.input_audio_transcription.completed'))
      .toBeGreaterThan(types.indexOf('response.done'))
  })

  it('may be noticed long after it was said, where it was said', () => {
    const noticed = (hearsLateMs: number) => {
      const client = openSession({ hearsLateMs }, { format: PCMU })
      client.say(tone(400))
      client.silence(1_500)
      client.clock.advance(hearsLateMs)
      const { atMs, get } = client.last('input_audio_buffer.speech_started')
      return [atMs, get('audio_start_ms')]
    }
    const [atMs, startMs] = noticed(0)
    expect(noticed(5_000)).toEqual([Number(atMs) + 5_000, startMs])
  })

  it('may be told of only when it is over', () => {
    const client = openSession({ tellsSpeech: false }, { format: PCMU })
    client.say(tone(400))
    client.silence(1_500)
    expect(client.types('input_audio_buffer')).toEqual(['input_audio_buffer.committed'])
  })

  it('has no transcript unless the session asks for one', () => {
    const client = openSession({}, { format: PCMU })
    client.say(tone(400))
    client.silence(2000)
    client.clock.advance(2000)

    expect(client.types('conversation.item.input_audio_transcription')).toEqual([])
  })

  it('is not answered when create_response is off', () => {
    const client = openSession({}, { format: PCMU })
    client.send(
      sessionUpdate({
        audio: { input: { turn_detection: { type: 'server_vad', create_response: false } } },
      }),
    )
    client.say(tone(400))
    client.silence(1000)

    expect(client.types('input_audio_buffer')).toEqual([
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
    ])
    expect(client.types('response')).toEqual([])
  })

  it('ends later with semantic detection, by its eagerness', () => {
    const endOf = (eagerness: string) => {
      const client = openSession({}, { format: PCMU })
      client.send(
        sessionUpdate({
          audio: { input: { turn_detection: { type: 'semantic_vad', eagerness } } },
        }),
      )
      client.say(tone(1000))
      client.silence(2000)
      return client.last('input_audio_buffer.speech_stopped').get('audio_end_ms')
    }
    expect([endOf('high'), endOf('auto'), endOf('low')]).toEqual([1600, 1900, 2500])
  })

  it('is cut by hand when there is no turn detection', () => {
    const client = openSession({}, { format: PCMU })
    client.send(sessionUpdate({ audio: { input: { turn_detection: null } } }))
    client.say(tone(300))
    client.silence(1000)
    expect(client.types('input_audio_buffer')).toEqual([])

    client.send({ type: 'input_audio_buffer.commit' })
    expect(client.types('input_audio_buffer')).toEqual(['input_audio_buffer.committed'])
    expect(client.types('response')).toEqual([])

    client.send({ type: 'response.create' })
    client.clock.advance(1000)
    expect(client.last('response.done').get('response.status')).toBe('completed')
  })

  it('follows the last item, so that turns can be put in order', () => {
    const client = openSession({}, { format: PCMU })
    client.say(tone(400))
    client.silence(2000)
    client.say(tone(400))
    client.silence(2000)

    const [first, second] = client.all('input_audio_buffer.committed')
    expect(first.get('previous_item_id')).toBe(null)
    expect(second.get('previous_item_id')).toBe(
      client.all('response.output_item.done')[0].get('item.id'),
    )
  })
})

describe('the input audio buffer', () => {
  const manual = sessionUpdate({ audio: { input: { turn_detection: null } } })

  it('cannot be committed with less than 100 ms in it', () => {
    const client = openSession({}, { format: PCMU })
    client.send(manual)
    client.silence(80)
    client.send({ type: 'input_audio_buffer.commit', event_id: 'mine' })

    expect(client.last('error').get('error')).toEqual({
      type: 'invalid_request_error',
      code: 'input_audio_buffer_commit_empty',
      message:
        'Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has 80.00ms of audio.',
      param: null,
      event_id: 'mine',
    })
  })

  it('is empty after it was cleared', () => {
    const client = openSession({}, { format: PCMU })
    client.send(manual)
    client.silence(500)
    client.send({ type: 'input_audio_buffer.clear' })
    client.send({ type: 'input_audio_buffer.commit' })

    expect(client.types('input_audio_buffer')).toEqual(['input_audio_buffer.cleared'])
    expect(client.last('error').get('error.code')).toBe('input_audio_buffer_commit_empty')
  })

  it('refuses what is not base64', () => {
    const client = openSession()
    client.sendText('{"type":"input_audio_buffer.append","event_id":"e1","audio":"not base64!"}')

    expect(client.last('error').get('error')).toEqual({
      type: 'invalid_request_error',
      code: 'invalid_value',
      message: "Invalid 'audio'. Expected base64-encoded audio bytes.",
      param: 'audio',
      event_id: 'e1',
    })
  })

  it('joins PCM that was cut inside a sample', () => {
    const client = openSession()
    client.sendText('{"type":"input_audio_buffer.append","audio":"AQ=="}')
    client.sendText('{"type":"input_audio_buffer.append","audio":"AgMA"}')

    expect([...client.session.heard().pcm]).toEqual([0x0201, 0x0003])
  })

  it('converts what was said before when the format changes', () => {
    const client = openSession({}, { format: PCMU })
    client.silence(1000)
    client.send(sessionUpdate({ audio: { input: { format: { type: 'audio/pcm', rate: 24000 } } } }))

    expect(client.session.heard()).toMatchObject({ sampleRateHz: 24000, pcm: { length: 24000 } })
    expect(client.session.record.appendedMs).toBe(1000)
  })
})

describe('the idle timeout', () => {
  it('ends a silence of the caller after the answer was played, and asks whether somebody is there', () => {
    const client = openSession({}, { format: PCMU })
    client.send(
      sessionUpdate({
        audio: { input: { turn_detection: { type: 'server_vad', idle_timeout_ms: 5000 } } },
      }),
    )
    client.send({ type: 'response.create', response: { instructions: 'Say exactly: "Goodbye."' } })
    const playedMs = 200 + clipNamed('agent-goodbye').sound.pcm.length / 8

    client.clock.advance(playedMs + 4990)
    expect(client.types('input_audio_buffer')).toEqual([])
    client.clock.advance(20)
    expect(client.types('input_audio_buffer')).toEqual([
      'input_audio_buffer.timeout_triggered',
      'input_audio_buffer.committed',
    ])
    client.clock.advance(1000)
    expect(client.last('response.output_audio_transcript.done').get('transcript')).toBe(
      'Are you still there?',
    )
  })

  it('does not run while the caller speaks', () => {
    const client = openSession({}, { format: PCMU })
    client.send(sessionUpdate({
      audio: {
        input: {
          turn_detection: { type: 'server_vad', idle_timeout_ms: 5000, create_response: false },
        },
      },
    }))
    client.send({ type: 'response.create', response: { instructions: 'Say exactly: "Goodbye."' } })
    client.silence(2000)
    client.say(tone(12_000))

    expect(client.types('input_audio_buffer.timeout')).toEqual([])
  })
})
