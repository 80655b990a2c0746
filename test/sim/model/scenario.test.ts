import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { clipOfText } from '../../../src/sim/model/clips.ts'
import {
  createTurns,
  loadScenario,
  PARROT,
  parseScenario,
  ScenarioError,
} from '../../../src/sim/model/scenario.ts'
import { clips, files } from './bundled.ts'
import { openSession, sessionUpdate, tone } from './client.ts'

const play = async (name: string) =>
  openSession(await loadScenario(files, name), { format: { type: 'audio/pcmu' } })

const problemsOf = (yaml: string): readonly string[] => {
  try {
    parseScenario(yaml, 'mine.yaml')
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems
    throw error
  }
  return []
}

describe('parseScenario()', () => {
  it('takes an empty file as the parrot', () => {
    expect(parseScenario('', 'mine.yaml')).toEqual(PARROT)
    expect(PARROT).toMatchObject({
      connectMs: 0,
      firstAudioMs: 200,
      speed: 6,
      lateDeltas: 0,
      voice: 'parrot',
      turns: [],
    })
  })

  it('reads every kind of turn', () => {
    const { turns } = parseScenario(
      `
turns:
  - say: Goodbye.
  - { clip: agent-goodbye, delayMs: 100 }
  - { call: search, arguments: { query: insurance } }
  - { call: search, arguments: "not json" }
  - items: [{ say: One. }, { call: f }, { parrot: true }]
  - { parrot: true, dropSocket: 600 }
  - { dropSocket: { afterMs: 5, code: 4001 } }
  - { status: failed, error: { code: rate_limit_exceeded, message: Too fast. } }
  - { say: Well, status: incomplete, reason: content_filter }
  - error: { code: server_error }
  - ignore: true
`,
      'mine.yaml',
    )

    expect(turns).toEqual([
      { kind: 'response', delayMs: 0, outputs: [{ kind: 'say', text: 'Goodbye.' }] },
      { kind: 'response', delayMs: 100, outputs: [{ kind: 'clip', name: 'agent-goodbye' }] },
      {
        kind: 'response',
        delayMs: 0,
        outputs: [{ kind: 'call', name: 'search', arguments: '{"query":"insurance"}' }],
      },
      {
        kind: 'response',
        delayMs: 0,
        outputs: [{ kind: 'call', name: 'search', arguments: 'not json' }],
      },
      {
        kind: 'response',
        delayMs: 0,
        outputs: [{ kind: 'say', text: 'One.' }, { kind: 'call', name: 'f', arguments: '{}' }, {
          kind: 'parrot',
        }],
      },
      {
        kind: 'response',
        delayMs: 0,
        outputs: [{ kind: 'parrot' }],
        dropSocket: { afterMs: 600, code: 1011 },
      },
      { kind: 'response', delayMs: 0, outputs: [], dropSocket: { afterMs: 5, code: 4001 } },
      {
        kind: 'response',
        delayMs: 0,
        outputs: [],
        ending: {
          type: 'failed',
          error: { type: 'server_error', code: 'rate_limit_exceeded', message: 'Too fast.' },
        },
      },
      {
        kind: 'response',
        delayMs: 0,
        outputs: [{ kind: 'say', text: 'Well' }],
        ending: { type: 'incomplete', reason: 'content_filter' },
      },
      {
        kind: 'error',
        error: {
          type: 'server_error',
          code: 'server_error',
          message: 'The server had an error while processing your request. Sorry about that!',
        },
      },
      { kind: 'ignore' },
    ])
  })

  it('names every problem with its line', () => {
    expect(
      problemsOf('speed: -1\nturns:\n  - sai: Hello.\n  - say: A\n    call: f\nfirstAudioMS: 5\n'),
    ).toEqual([
      'mine.yaml:1:8 speed: Too small: expected number to be >0',
      'mine.yaml:3:5 turns[0]: Unrecognized key: "sai"',
      'mine.yaml:4:5 turns[1]: has more than one of say, clip, call, mcp, parrot and items',
      'mine.yaml:1:1 Unrecognized key: "firstAudioMS"',
    ])
  })

  it('names what is no YAML with its line', () => {
    expect(problemsOf('speed: 6\nspeed: 7\n')).toEqual(['mine.yaml:2:1 Map keys must be unique'])
  })

  it('wants a script to have a turn', () => {
    expect(problemsOf('voice: script\n')).toEqual([
      'mine.yaml:1:1 turns: a script needs at least one turn',
    ])
  })
})

describe('createTurns()', () => {
  const turns = [{ kind: 'ignore' as const }, {
    kind: 'error' as const,
    error: { type: 'a', code: 'b', message: 'c' },
  }]

  it('goes over to the parrot after the last turn', () => {
    const next = createTurns({ ...PARROT, turns })
    expect([next()?.kind, next()?.kind, next(), next()]).toEqual([
      'ignore',
      'error',
      undefined,
      undefined,
    ])
  })

  it('begins a script again', () => {
    const next = createTurns({ ...PARROT, voice: 'script', turns })
    expect([next()?.kind, next()?.kind, next()?.kind]).toEqual(['ignore', 'error', 'ignore'])
  })
})

describe('the bundled scenarios', () => {
  const folder = new URL('../../../src/sim/scenarios/', import.meta.url)

  it('all have a description, and say nothing that would be hummed', async () => {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml'))
    expect(names).toContain('parrot.yaml')
    for (const name of names) {
      const { description, turns } = await loadScenario(files, name.replace('.yaml', ''))
      expect(description, name).toMatch(/\.$/)
      for (const output of turns.flatMap((turn) => turn.kind === 'response' ? turn.outputs : [])) {
        if (output.kind === 'say') expect(clipOfText(clips, output.text)?.text).toBe(output.text)
      }
    }
  })
})

describe('the bundled scenario', () => {
  it('parrot is what the model does without one', async () => {
    expect(await loadScenario(files, 'parrot')).toEqual({
      ...PARROT,
      description: expect.any(String),
    })
  })

  it('slow-start takes its time at every step', async () => {
    const { connectMs, sessionMs } = await loadScenario(files, 'slow-start')
    expect({ connectMs, sessionMs }).toEqual({ connectMs: 300, sessionMs: 80 })

    const client = await play('slow-start')
    client.send({ type: 'response.create' })
    client.clock.advance(499)
    expect(client.types('response')).toEqual(['response.created'])
    client.clock.advance(1)
    expect(client.types('response.output_audio.delta').length).toBe(1)
  })

  it('two-items speaks twice in one response, with a tool call between', async () => {
    const client = await play('two-items')
    client.send({ type: 'response.create' })
    client.clock.advance(3000)

    expect(client.all('response.output_item.done').map((event) => event.get('item.type')))
      .toEqual(['message', 'function_call', 'message'])
    expect(client.all('response.done').length).toBe(1)
  })

  it('function-call calls, and speaks once it has the result', async () => {
    const client = await play('function-call')
    client.send({ type: 'response.create' })
    client.clock.advance(1000)
    expect(client.types('response.output_audio')).toEqual([])

    const call_id = client.last('response.output_item.done').get('item.call_id')
    client.send({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id, output: 'Most.' },
    })
    client.send({ type: 'response.create' })
    client.clock.advance(2000)
    expect(client.last('response.output_audio_transcript.done').get('transcript'))
      .toBe('Yes, we work with most insurance plans. Please bring your card with you.')
  })

  it('unreachable refuses the handshake', async () => {
    expect((await loadScenario(files, 'unreachable')).refuse).toEqual({ status: 503 })
  })

  it('drops drops in the middle of the second answer', async () => {
    const client = await play('drops')
    client.say(tone(500))
    client.silence(2000)
    client.say(tone(4000))
    client.silence(3000)

    const [created] = client.all('response.created').slice(1)
    expect(client.closes).toEqual([{ code: 1000, reason: '' }])
    expect(client.all('response.done').length).toBe(1)
    expect(client.events.at(-1)?.atMs).toBeLessThanOrEqual(created.atMs + 600)
    expect(client.events.at(-1)?.type).toBe('response.output_audio.delta')
  })

  it('garbage is a parrot between whose events there is everything else', async () => {
    const client = await play('garbage')
    client.send(sessionUpdate({ audio: { input: { transcription: { model: 'whisper-1' } } } }))
    client.say(tone(500))
    client.silence(2000)

    expect(client.last('response.done').get('response.status')).toBe('completed')
    expect(client.all('(no JSON)').length).toBeGreaterThan(2)
    expect(client.all('response.telemetry.updated').length).toBeGreaterThan(2)
    expect(client.events.some(({ text }) => text.length > 200_000)).toBe(true)
    expect(
      client.all('response.output_audio.delta').some((event) => event.get('item_id') === undefined),
    ).toBe(true)
  })
})

describe('a session', () => {
  it('ends at its maximum duration, with an error that says so', () => {
    const client = openSession({ maxSessionMs: 90_000 })
    client.send({ type: 'response.create' })
    client.clock.advance(100_000)

    expect(client.last('error').atMs).toBe(90_000)
    expect(client.last('error').get('error.code')).toBe('session_expired')
    expect(client.closes).toEqual([{
      code: 1000,
      reason: 'Your session hit the maximum duration of 1.5 minutes.',
    }])
    expect(client.session.isOpen()).toBe(false)
  })

  it('runs no timer once its socket is closed', () => {
    const client = openSession()
    client.send({ type: 'response.create' })
    client.session.events.closed({ code: 1006, reason: '' })
    const count = client.events.length
    client.clock.advance(4_000_000)

    expect(client.events.length).toBe(count)
    expect(client.session.isOpen()).toBe(false)
  })
})
