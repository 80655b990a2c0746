import { describe, expect, test } from 'vitest'
import { parseTwiml, TwimlError } from '../../../src/sim/caller/twiml.ts'

describe('a TwiML document', () => {
  test('with a stream gives its url, action, parameters and status callback', () => {
    expect(parseTwiml(`<?xml version="1.0" encoding="UTF-8"?>
      <Response>
        <Connect action="https://bridge.example.com/twilio/after" method="POST">
          <Stream url="wss://bridge.example.com/twilio/media/m1/CA1" name="agent"
            statusCallback="https://bridge.example.com/twilio/stream-status">
            <Parameter name="token" value="one-time &lt;&amp;&gt; &#39;token&#39;"/>
            <Parameter name="agent" value="front-desk"/>
          </Stream>
        </Connect>
        <Hangup/>
      </Response>`)).toEqual([
      {
        verb: 'connect',
        action: 'https://bridge.example.com/twilio/after',
        method: 'POST',
        stream: {
          url: 'wss://bridge.example.com/twilio/media/m1/CA1',
          name: 'agent',
          statusCallback: 'https://bridge.example.com/twilio/stream-status',
          statusCallbackMethod: 'POST',
          parameters: { token: "one-time <&> 'token'", agent: 'front-desk' },
        },
      },
      { verb: 'hangup' },
    ])
  })

  test('keeps verbs of different kinds in order', () => {
    expect(parseTwiml(
      '<Response><Say voice="alice" language="en-GB">Hello &amp; welcome</Say><Pause length="2"/>' +
        '<Play digits="ww12#"/><Say>Bye</Say><Pause/><Play loop="3">https://x.test/a.mp3</Play>' +
        '<Redirect method="GET">/next?a=1&amp;b=2</Redirect></Response>',
    )).toEqual([
      { verb: 'say', text: 'Hello & welcome', voice: 'alice', language: 'en-GB' },
      { verb: 'pause', lengthS: 2 },
      { verb: 'play', digits: 'ww12#', loop: 1 },
      { verb: 'say', text: 'Bye' },
      { verb: 'pause', lengthS: 1 },
      { verb: 'play', url: 'https://x.test/a.mp3', loop: 3 },
      { verb: 'redirect', url: '/next?a=1&b=2', method: 'GET' },
    ])
  })

  test('that dials gives every party', () => {
    expect(parseTwiml(
      '<Response><Dial action="/twilio/after" callerId="+15005550006" timeout="20">' +
        '<Number sendDigits="ww1">+14155550100</Number><Sip>sip:desk@example.com</Sip></Dial>' +
        '<Dial>+14155550101</Dial></Response>',
    )).toEqual([
      {
        verb: 'dial',
        action: '/twilio/after',
        callerId: '+15005550006',
        method: 'POST',
        timeoutS: 20,
        nouns: [
          { kind: 'number', address: '+14155550100', attributes: { sendDigits: 'ww1' } },
          { kind: 'sip', address: 'sip:desk@example.com', attributes: {} },
        ],
      },
      {
        verb: 'dial',
        method: 'POST',
        timeoutS: 30,
        nouns: [{ kind: 'number', address: '+14155550101', attributes: {} }],
      },
    ])
  })

  test('that rejects says why', () => {
    expect(parseTwiml('<Response><Reject/></Response>'))
      .toEqual([{ verb: 'reject', reason: 'rejected' }])
    expect(parseTwiml('<Response><Reject reason="busy"/></Response>'))
      .toEqual([{ verb: 'reject', reason: 'busy' }])
  })

  test('gathers keys while it says something', () => {
    expect(parseTwiml(
      '<Response><Gather numDigits="1" timeout="8" action="/keys"><Say>Press 1</Say></Gather></Response>',
    )).toEqual([{
      verb: 'gather',
      action: '/keys',
      method: 'POST',
      numDigits: 1,
      finishOnKey: '#',
      timeoutS: 8,
      verbs: [{ verb: 'say', text: 'Press 1' }],
    }])
  })

  test('keeps verbs it does not know by name', () => {
    expect(parseTwiml(
      '<Response><Enqueue>sales</Enqueue><Connect><ConversationRelay/></Connect>' +
        '<say>case matters</say></Response>',
    )).toEqual([
      { verb: 'unknown', name: 'Enqueue' },
      { verb: 'unknown', name: 'Connect/ConversationRelay' },
      { verb: 'unknown', name: 'say' },
    ])
  })

  test('may be empty', () => {
    expect(parseTwiml('<?xml version="1.0"?><!-- nothing --><Response/>\n')).toEqual([])
  })

  test.each([
    ['', 'Cannot read TwiML: Start tag expected. (line 1)'],
    ['hello', "Cannot read TwiML: char 'h' is not expected. (line 1)"],
    [
      '<Response><Say>Hi</Response>',
      "Cannot read TwiML: Expected closing tag 'Say' (opened in line 1, col 11) instead of " +
      "closing tag 'Response'. (line 1)",
    ],
    ['<Hangup/>', 'Cannot read TwiML: its root is <Hangup>, it must be one <Response>'],
    [
      '<Response/><Response/>',
      'Cannot read TwiML: its root is <Response> <Response>, it must be one <Response>',
    ],
  ])('is refused as 12100: %j', (xml, message) => {
    const error = thrownBy(() => parseTwiml(xml))
    expect(error).toBeInstanceOf(TwimlError)
    expect(error).toMatchObject({ code: 12100, message })
  })
})

const thrownBy = (action: () => unknown): unknown => {
  try {
    action()
  } catch (error) {
    return error
  }
}
