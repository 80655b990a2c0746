import { describe, expect, it } from 'vitest'
import { clipOfText } from '../../../src/sim/model/clips.ts'
import { clips } from './bundled.ts'
import { openSession, tone } from './client.ts'

const TEXT = 'Yes, please.'
const PCMU = { type: 'audio/pcmu' } as const

const open = () => openSession({}, { format: PCMU, purpose: 'transcription' })

const update = (input: Record<string, unknown>) => ({
  type: 'session.update',
  session: { type: 'transcription', audio: { input } },
})

const yes = () => {
  const sound = clipOfText(clips, TEXT)?.sound
  if (!sound) throw new Error('no such clip')
  return sound
}

describe('a session that only writes down', () => {
  it('shows what it was set to, and nothing of a voice', () => {
    const client = open()
    client.send(update({ transcription: { model: 'gpt-transcribe', languages: ['en'] } }))
    const updated = client.last('session.updated')
    expect(updated.get('session.type')).toBe('transcription')
    expect(updated.get('session.audio.input.format')).toEqual(PCMU)
    expect(updated.get('session.audio.input.transcription'))
      .toEqual({ model: 'gpt-transcribe', languages: ['en'] })
    expect(updated.get('session.audio.output')).toBeUndefined()
    expect(updated.get('session.instructions')).toBeUndefined()
  })

  it('writes down a turn that it has found itself, and answers nothing', () => {
    const client = open()
    client.send(update({ transcription: { model: 'gpt-transcribe' } }))
    client.say(yes())
    client.silence(1_500)
    expect(client.types('input_audio_buffer')).toEqual([
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
    ])
    expect(client.last('conversation.item.input_audio_transcription.completed').get('transcript'))
      .toBe(TEXT)
    expect(client.types('response')).toEqual([])
  })

  it('writes down what the client has cut, for a model that finds no turns', () => {
    const client = open()
    client.send(update({ transcription: { model: 'gpt-live-transcribe' }, turn_detection: null }))
    client.say(yes())
    client.silence(700)
    client.send({ type: 'input_audio_buffer.commit' })
    client.silence(500)
    expect(client.types('input_audio_buffer')).toEqual(['input_audio_buffer.committed'])
    expect(client.last('conversation.item.input_audio_transcription.completed').get('transcript'))
      .toBe(TEXT)
  })

  it('refuses turn detection for a model that finds no turns', () => {
    for (const model of ['gpt-live-transcribe', 'gpt-realtime-whisper']) {
      const client = open()
      client.send(update({ transcription: { model } }))
      expect(client.last('error').get('error.param'))
        .toBe('session.audio.input.turn_detection')
    }
  })

  it.each([
    ['type', { type: 'response.create' }],
    ['type', {
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
    }],
    ['session.type', { type: 'session.update', session: { type: 'realtime' } }],
    ['session.instructions', {
      type: 'session.update',
      session: { type: 'transcription', instructions: 'Be brief.' },
    }],
  ])('refuses what has to do with talking: %s', (param, event) => {
    const client = open()
    client.send(event)
    expect(client.last('error').get('error.param')).toBe(param)
    client.say(tone(300))
    expect(client.session.isOpen()).toBe(true)
  })
})
