import { describe, expect, test } from 'vitest'
import { problemsOf, warningsOf, withLines } from './sources.ts'

describe('keys', () => {
  test('a misspelt key is shown at the key, with what was meant', () => {
    expect(problemsOf(withLines('  voce: marin\n'))).toEqual([
      '5:3 unknown-key unknown key "voce" in agent > did you mean "voice"?',
    ])
  })

  test('a key in another style is told how it is written here', () => {
    expect(problemsOf(withLines('  turn_detection: {}\n'))).toEqual([
      '5:3 unknown-key unknown key "turn_detection" in agent > did you mean "turnDetection"?',
    ])
  })

  test('a key in the wrong group is told where it belongs', () => {
    expect(problemsOf(withLines('greeting: Hello.\n'))).toEqual([
      '5:1 unknown-key unknown key "greeting" > greeting belongs under agent',
    ])
    expect(problemsOf(withLines('  customer: Somebody\n'))).toEqual([
      '5:3 unknown-key unknown key "customer" in agent > customer belongs at the top of the file',
    ])
  })

  test('a key that resembles nothing is shown the keys there are', () => {
    expect(problemsOf(withLines('limits:\n  colour: red\n'))).toEqual([
      '6:3 unknown-key unknown key "colour" in limits > the keys here are maxDuration, costPerCall, costPerDay, concurrentCalls, whenFull, silence',
    ])
  })

  test('a misspelt key inside a choice of shapes is found too', () => {
    expect(problemsOf(withLines('  transcription: { modle: whisper-1 }\n'))).toEqual([
      '5:20 unknown-key unknown key "modle" in agent.transcription > did you mean "model"?',
    ])
    expect(problemsOf(withLines('  voice: { idd: voice_1 }\n'))).toEqual([
      '5:3 missing-key agent.voice.id is missing',
      '5:12 unknown-key unknown key "idd" in agent.voice > did you mean "id"?',
    ])
  })

  test('a length of frames that there is not is shown those there are', () => {
    expect(problemsOf(withLines('  frameMs: 30\n'))).toEqual([
      '5:12 invalid-value agent.frameMs must be 20, 40 or 60, got the number 30',
    ])
  })

  test('a missing key is shown at its parent', () => {
    expect(problemsOf('# nothing\n\ncustomer: A\nagent:\n  greeting: Hello.\n')).toEqual([
      '3:1 missing-key numbers is missing',
      '4:1 missing-key agent.instructions is missing',
    ])
  })

  test('a key without a value is shown at the key', () => {
    expect(problemsOf(withLines('  greeting:\nlimits:\n'))).toEqual([
      '5:3 wrong-type agent.greeting has no value > write one, or remove the key',
      '6:1 wrong-type limits has no value > write one, or remove the key',
    ])
  })
})

describe('YAML itself', () => {
  test('an empty file says so', () => {
    expect(problemsOf('')).toEqual([
      '1:1 empty-file the file is empty > the smallest customer file is in docs/configuration.md',
    ])
    expect(problemsOf('# later\n')).toHaveLength(1)
  })

  test('an unquoted text with a colon in it', () => {
    expect(problemsOf('customer: A\nagent:\n  instructions: Be nice: always.\n')).toEqual([
      '3:17 yaml-syntax not YAML: Nested mappings are not allowed in compact mappings > a text with ": " in it needs quotes, or "|" and an indented block',
    ])
  })

  test('a key given twice', () => {
    expect(problemsOf(withLines('customer: Somebody else\n'))).toEqual([
      '5:1 duplicate-key the key "customer" appears twice in the same group > keep one of them',
    ])
  })

  test('tabs, tags, aliases to nothing and a second document', () => {
    expect(problemsOf('customer: A\n\tnumbers: []\n')[0]).toBe(
      '2:1 yaml-syntax not YAML: Tabs are not allowed as indentation > indent with spaces',
    )
    expect(problemsOf('customer: !env NAME\n')).toEqual([
      '1:11 yaml-syntax not YAML: Unresolved tag: !env > tags such as !include or !env are not supported',
    ])
    expect(problemsOf('customer: A\nagent: *base\n')).toEqual([
      '2:8 yaml-syntax Unresolved alias (the anchor must be set before the alias): base',
    ])
    expect(problemsOf('customer: A\n---\ncustomer: B\n')).toEqual([
      '2:1 yaml-syntax not YAML: Source contains multiple documents; please use YAML.parseAllDocuments() > one file is one customer: remove the "---" between them',
    ])
  })

  test('keys that are not words', () => {
    expect(problemsOf(withLines('404: not found\n'))).toEqual([
      '5:1 unknown-key unknown key "404" > the keys here are customer, numbers, agent, agents, transfer, keys, keypad, knowledge, phrases, limits, fallback, record, redact, retention, recording, summary, tags, webhooks, hours, blocked, listen, outbound',
    ])
    expect(problemsOf(withLines('{ a: b }: c\n'))[0]).toBe(
      '5:1 yaml-syntax not YAML: With stringKeys, all keys must be strings > a key is a plain word; a text that begins with "[" or "{" needs quotes',
    )
  })

  test('groups where texts belong, even with keys that JavaScript knows', () => {
    const text = `customer: &a { toString: 1 }
numbers: [*a, *a]
agent: { instructions: Hello., model: *a, voice: *a, transcription: { model: *a } }
fallback: { dial: *a }
`
    expect(problemsOf(text)).toEqual([
      '1:14 wrong-type customer must be text, got a group of keys',
      '1:16 unknown-key unknown key "toString" in agent.voice > the keys here are id',
      '2:11 wrong-type numbers[0] must be text, got a group of keys',
      '2:15 wrong-type numbers[1] must be text, got a group of keys',
      '3:39 wrong-type agent.model must be text, got a group of keys',
      '3:43 missing-key agent.voice.id is missing',
      '3:78 wrong-type agent.transcription.model must be text, got a group of keys',
      '4:19 wrong-type fallback.dial must be text, got a group of keys',
    ])
  })

  test('a file that is a list', () => {
    expect(problemsOf('- customer: A\n')).toEqual([
      '1:1 wrong-type the file must be a group of keys, got a list',
    ])
  })
})

describe('values', () => {
  test('a number that YAML took for a number is shown as it was written', () => {
    expect(problemsOf('customer: A\nnumbers: [+15005550006]\nagent: { instructions: x }\n'))
      .toEqual([
        '2:11 not-quoted numbers[0] must be text, but YAML reads +15005550006 as the number 15005550006 > put it in quotes: "+15005550006"',
      ])
  })

  test('one number that is not a list', () => {
    expect(problemsOf('customer: A\nnumbers: +15005550006\nagent: { instructions: x }\n')).toEqual([
      '2:10 wrong-type numbers must be a list, got the number 15005550006 > write it as a list: ["+15005550006"]',
    ])
  })

  test('numbers that are not E.164', () => {
    const text = `customer: A
numbers:
  - "+1 500 555 0006"
  - "0015005550006"
  - "+15005550009"
  - "+15005550009"
agent: { instructions: x }
`
    expect(problemsOf(text)).toEqual([
      '3:5 invalid-number "+1 500 555 0006" is not a phone number in E.164 form > write "+15005550006"',
      '4:5 invalid-number "0015005550006" is not a phone number in E.164 form > write a plus, the country and the number: "+15005550006"',
      '6:5 number-taken +15005550009 is listed twice > keep one of them',
    ])
  })

  test('no number at all', () => {
    expect(problemsOf('customer: A\nnumbers: []\nagent: { instructions: x }\n')).toEqual([
      '2:10 out-of-range numbers must not be empty',
    ])
  })

  test('words that are not among the choices', () => {
    expect(problemsOf(withLines('  audio: pcm16\n  noiseReduction: near\n'))).toEqual([
      '5:10 invalid-value agent.audio must be pcm or pcmu, got "pcm16" > did you mean "pcm"?',
      '6:19 invalid-value agent.noiseReduction must be near_field, far_field or none, got "near" > did you mean "near_field"?',
    ])
  })

  test('amounts out of range and of the wrong kind', () => {
    const text = withLines(`  speed: 3
  maxOutputTokens: 5000
  turnDetection: { threshold: 50, silenceDurationMs: 0.5 }
`)
    expect(problemsOf(text)).toEqual([
      '5:10 out-of-range agent.speed must be at most 1.5, got 3',
      '6:20 out-of-range agent.maxOutputTokens must be at most 4096, got 5000',
      '7:31 out-of-range agent.turnDetection.threshold must be at most 1, got 50',
      '7:54 wrong-type agent.turnDetection.silenceDurationMs must be a whole number, got the number 0.5',
    ])
    expect(problemsOf(withLines('  maxOutputTokens: infinite\n  speed: fast\n'))).toEqual([
      '5:20 wrong-type agent.maxOutputTokens must be a number or inf, got "infinite"',
      '6:10 wrong-type agent.speed must be a number, got "fast"',
    ])
  })

  test('durations', () => {
    expect(problemsOf(withLines('limits: { maxDuration: 30 min }\n'))).toEqual([
      '5:24 invalid-duration "30 min" is not a duration > write 90s, 30m or 2h, or a number of seconds',
    ])
    expect(problemsOf(withLines('limits: { maxDuration: 5 }\n'))).toEqual([
      '5:24 out-of-range limits.maxDuration must be between 10s and 24h, got 5 > a number without a unit is in seconds',
    ])
    expect(problemsOf(withLines('limits: { maxDuration: 25h }\n'))).toEqual([
      '5:24 out-of-range limits.maxDuration must be between 10s and 24h, got 25h',
    ])
  })

  test('money', () => {
    expect(problemsOf(withLines('limits: { costPerCall: 0, costPerDay: 5 dollars }\n'))).toEqual([
      '5:24 out-of-range limits.costPerCall must be at least 0.01, got 0',
      '5:39 wrong-type limits.costPerDay must be a number, got "5 dollars"',
    ])
  })

  test('settings that have no effect together', () => {
    const semantic = withLines('  turnDetection:\n    type: semantic_vad\n    threshold: 0.6\n')
    expect(problemsOf(semantic)).toEqual([
      '7:5 key-without-effect threshold does nothing with semantic_vad > remove it, or write type: server_vad',
    ])
    expect(problemsOf(withLines('  turnDetection: { eagerness: high }\n'))).toEqual([
      '5:20 key-without-effect eagerness does nothing with server_vad > remove it, or write type: semantic_vad',
    ])
    const whisper = '  transcription: { model: gpt-realtime-whisper, prompt: x, keywords: [y] }\n'
    expect(problemsOf(withLines(whisper))).toEqual([
      '5:49 key-without-effect prompt does nothing with gpt-realtime-whisper > remove it, or write model: gpt-transcribe',
      '5:60 key-without-effect keywords does nothing with gpt-realtime-whisper > remove it, or write model: gpt-transcribe',
    ])
  })

  test('languages are two letters', () => {
    expect(problemsOf(withLines('  transcription: { language: pt-BR, languages: [eng] }\n')))
      .toEqual([
        '5:30 invalid-language "pt-BR" is not a language of two letters (ISO 639-1) > write pt',
        '5:49 invalid-language "eng" is not a language of two letters (ISO 639-1) > write en, pt, de, ...',
      ])
  })

  test('whom to dial when the model is away', () => {
    expect(problemsOf(withLines('fallback: { dial: reception }\n'))).toEqual([
      '5:19 invalid-dial "reception" is neither a phone number in E.164 form nor a SIP address > write "+15005550006" or sip:reception@example.com',
    ])
    expect(problemsOf(withLines('fallback: { dial: "+15005550006" }\n'))).toEqual([
      '5:19 dial-loop +15005550006 is a number of this customer: the call would come back here > dial a number that a person answers',
    ])
  })
})

describe("OpenAI's names", () => {
  test('a voice of the speech API', () => {
    for (const voice of ['fable', 'onyx', 'nova']) {
      expect(problemsOf(withLines(`  voice: ${voice}\n`))).toEqual([
        `5:10 unknown-voice "${voice}" is not a Realtime voice > it is one of the speech API; the Realtime voices are alloy, ash, ballad, cedar, coral, echo, marin, sage, shimmer, verse`,
      ])
    }
  })

  test('a misspelt voice, and the id of a custom one', () => {
    expect(problemsOf(withLines('  voice: marine\n'))).toEqual([
      '5:10 unknown-voice "marine" is not a Realtime voice > did you mean "marin"?',
    ])
    expect(problemsOf(withLines('  voice: voice_abc\n'))).toEqual([
      '5:10 unknown-voice "voice_abc" is not a Realtime voice > write voice: { id: voice_abc }',
    ])
    expect(problemsOf(withLines('  voice: { id: marin }\n'))).toEqual([
      '5:16 unknown-voice "marin" is not the id of a custom voice > such an id starts with voice_; a voice of OpenAI is written voice: marin',
    ])
  })

  test('a beta model is gone', () => {
    expect(problemsOf(withLines('  model: gpt-4o-realtime-preview-2025-06-03\n'))).toEqual([
      '5:10 model-retired the beta model "gpt-4o-realtime-preview-2025-06-03" was shut down on 2026-05-07 > use gpt-realtime-2.1',
    ])
    expect(problemsOf(withLines('  model: gpt-4o-mini-realtime-preview\n'))).toEqual([
      '5:10 model-retired the beta model "gpt-4o-mini-realtime-preview" was shut down on 2026-05-07 > use gpt-realtime-2.1-mini',
    ])
  })

  test('a model that talks another protocol', () => {
    expect(problemsOf(withLines('  model: gpt-live-1.1\n'))).toEqual([
      '5:10 wrong-model "gpt-live-1.1" is not a speech-to-speech model of the Realtime API > use gpt-realtime-2.1',
    ])
  })

  test('a model with a known end is served, with a warning', () => {
    expect(problemsOf(withLines('  model: gpt-realtime-mini\n'))).toEqual([])
    expect(warningsOf(withLines('  model: gpt-realtime-mini\n'))).toEqual([
      '5:10 model-shutdown OpenAI shuts "gpt-realtime-mini" down on 2027-01-20 > use gpt-realtime-2.1-mini',
    ])
    expect(warningsOf(withLines('  transcription: { model: whisper-1 }\n'))).toEqual([
      '5:27 model-shutdown OpenAI shuts "whisper-1" down on 2027-02-26 > use gpt-transcribe',
    ])
  })

  test('a model nobody here knows is passed on, with a warning', () => {
    expect(warningsOf(withLines('  model: gpt-realtime-2.l\n'))).toEqual([
      '5:10 unknown-model "gpt-realtime-2.l" is not a model known here; it is passed on as it is > did you mean "gpt-realtime-2.1"?',
    ])
    expect(warningsOf(withLines('  model: grok-voice-latest\n'))).toEqual([
      '5:10 unknown-model "grok-voice-latest" is not a model known here; it is passed on as it is',
    ])
  })

  test('the models and voices of today give no warning', () => {
    const models = [
      'gpt-realtime-2.1',
      'gpt-realtime-2.1-mini',
      'gpt-realtime-2',
      'gpt-realtime-1.5',
    ]
    for (const model of models) {
      expect(warningsOf(withLines(`  model: ${model}\n  voice: cedar\n`))).toEqual([])
    }
  })
})
