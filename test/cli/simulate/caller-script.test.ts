import { describe, expect, test } from 'vitest'
import type { CallerStep } from '../../../src/cli/simulate/caller-schema.ts'
import { callerScript } from '../../../src/cli/simulate/caller-script.ts'
import { hum } from '../../../src/sim/model/hum.ts'
import { clipNamed, clips } from '../../sim/model/bundled.ts'

const scriptOf = (...steps: readonly CallerStep[]) => callerScript(steps, clips, new Map())

describe('a step of a scenario', () => {
  test('waits for the agent to have spoken, unless it says otherwise', () => {
    const { steps } = scriptOf(
      { hangUp: true },
      { hangUp: true, pause: 1_500 },
      { hangUp: true, cutIn: 300 },
      { loseStream: true, after: 2_000 },
    )
    expect(steps).toEqual([
      { after: 'agent-silent', ms: 700, hangUp: true },
      { after: 'agent-silent', ms: 1_500, hangUp: true },
      { after: 'agent-starts', ms: 300, hangUp: true },
      { after: 'step', ms: 2_000, loseStream: true },
    ])
  })

  test('comes at once after a wait', () => {
    expect(scriptOf({ wait: 5_000 }, { hangUp: true }, { hangUp: true }).steps).toEqual([
      { after: 'step', ms: 5_000, listen: true },
      { after: 'step', ms: 0, hangUp: true },
      { after: 'agent-silent', ms: 700, hangUp: true },
    ])
  })

  test('of several keys presses one after the other, and is still one step', () => {
    const { steps, belongsTo } = scriptOf({ press: '1#', cutIn: 100 }, { hangUp: true })
    expect(steps.slice(0, 2)).toEqual([
      { after: 'agent-starts', ms: 100, press: '1' },
      { after: 'step', ms: 200, press: '#' },
    ])
    expect(belongsTo).toEqual([0, 0, 1])
  })
})

describe('words', () => {
  test('are said by the clip of that name or text', () => {
    const { sound } = clipNamed('caller-yes')
    for (const say of ['caller-yes', 'yes please']) {
      expect(scriptOf({ say }).steps).toEqual([
        { after: 'agent-silent', ms: 700, say: sound.pcm },
      ])
    }
  })

  test('of their own are hummed, and handed to the model, who recognises them', () => {
    const { steps, clips } = scriptOf({ say: 'I have lost my key.' })
    expect(steps[0]).toMatchObject({ say: hum('I have lost my key.').pcm })
    expect(clips).toMatchObject([{ voice: 'caller', text: 'I have lost my key.' }])
  })

  test('of a file are played from it', () => {
    const pcm = new Int16Array(800).fill(1_000)
    const { steps } = callerScript([{ say: 'hello.wav' }], clips, new Map([['hello.wav', pcm]]))
    expect(steps).toEqual([{ after: 'agent-silent', ms: 700, say: pcm }])
  })
})
