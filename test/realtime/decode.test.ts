import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode } from '../../src/realtime/decode.ts'

describe('decode()', () => {
  it('keeps the id and the end of a session', () => {
    expect(decode(
      '{"type":"session.created","event_id":"event_1","session":{"id":"sess_1","object":"realtime.session","expires_at":1790000000}}',
    )).toEqual({ type: 'session-created', sessionId: 'sess_1', expiresAtS: 1790000000 })
  })

  it('keeps the audio formats of an updated session', () => {
    expect(decode(
      '{"type":"session.updated","session":{"audio":{"input":{"format":{"type":"audio/pcm","rate":24000}},"output":{"format":{"type":"audio/pcmu"}}}}}',
    )).toEqual({
      type: 'session-updated',
      session: { inputFormat: 'audio/pcm', inputRateHz: 24000, outputFormat: 'audio/pcmu' },
    })
  })

  it('keeps where speech began and ended', () => {
    expect(decode(
      '{"type":"input_audio_buffer.speech_started","audio_start_ms":1024,"item_id":"item_1"}',
    )).toEqual({ type: 'speech-started', itemId: 'item_1', audioStartMs: 1024 })
    expect(decode(
      '{"type":"input_audio_buffer.speech_stopped","audio_end_ms":2048,"item_id":"item_1"}',
    )).toEqual({ type: 'speech-stopped', itemId: 'item_1', audioEndMs: 2048 })
  })

  it('keeps the order of items, and leaves a null out', () => {
    expect(decode(
      '{"type":"input_audio_buffer.committed","previous_item_id":"item_0","item_id":"item_1"}',
    )).toEqual({ type: 'input-committed', itemId: 'item_1', previousItemId: 'item_0' })
    expect(decode(
      '{"type":"conversation.item.added","previous_item_id":null,"item":{"id":"item_2","type":"message","role":"assistant"}}',
    )).toEqual({ type: 'item-added', itemId: 'item_2', role: 'assistant' })
  })

  it('keeps the words of the caller, growing and whole', () => {
    expect(decode(
      '{"type":"conversation.item.input_audio_transcription.delta","item_id":"item_1","content_index":0,"delta":"Hel"}',
    )).toEqual({ type: 'input-transcript', itemId: 'item_1', text: 'Hel', final: false })
    expect(decode(
      '{"type":"conversation.item.input_audio_transcription.completed","item_id":"item_1","transcript":"Hello."}',
    )).toEqual({ type: 'input-transcript', itemId: 'item_1', text: 'Hello.', final: true })
  })

  it.each([
    ['{"type":"duration","seconds":3.5}', { seconds: 3.5 }],
    ['{"type":"tokens","input_tokens":40,"input_token_details":{"audio_tokens":35}}', {
      seconds: 3.5,
    }],
    ['{"type":"tokens","input_tokens":40}', {}],
  ])('keeps how much audio was transcribed: %s', (usage, expected) => {
    expect(decode(
      `{"type":"conversation.item.input_audio_transcription.completed","item_id":"item_1","transcript":"Hello.","usage":${usage}}`,
    )).toEqual({
      type: 'input-transcript',
      itemId: 'item_1',
      text: 'Hello.',
      final: true,
      ...expected,
    })
  })

  it('takes a tool call whole, once it is complete, with its arguments as they are', () => {
    const done = (item: string) =>
      decode(
        `{"type":"response.output_item.done","response_id":"resp_1","output_index":1,"item":${item}}`,
      )
    expect(done(
      '{"id":"item_3","type":"function_call","status":"completed","call_id":"call_9","name":"find_table","arguments":"{\\"day\\":1"}',
    )).toEqual({
      type: 'tool-called',
      responseId: 'resp_1',
      itemId: 'item_3',
      toolCallId: 'call_9',
      name: 'find_table',
      given: '{"day":1',
    })
    expect(done(
      '{"id":"item_3","type":"function_call","status":"incomplete","call_id":"call_9","name":"find_table","arguments":"{"}',
    )).toEqual({ type: 'ignored' })
    expect(done('{"id":"item_4","type":"message","status":"completed"}'))
      .toEqual({ type: 'ignored' })
    expect(done('{"id":"item_3","type":"function_call","name":"find_table"}').type)
      .toBe('malformed')
  })

  it('tells when OpenAI calls an MCP server, and when that is over', () => {
    expect(decode('{"type":"response.mcp_call.in_progress","item_id":"mcp_1","output_index":0}'))
      .toEqual({ type: 'remote-tool', itemId: 'mcp_1', stage: 'running' })
    expect(decode('{"type":"response.mcp_call.failed","item_id":"mcp_1","output_index":0}'))
      .toEqual({ type: 'remote-tool', itemId: 'mcp_1', stage: 'over', failed: true })
    expect(decode(
      '{"type":"response.mcp_call_arguments.done","response_id":"resp_1","item_id":"mcp_1","output_index":0,"arguments":"{\\"name\\":\\"Ana\\"}"}',
    )).toEqual({
      type: 'remote-tool',
      itemId: 'mcp_1',
      stage: 'called',
      responseId: 'resp_1',
      given: '{"name":"Ana"}',
    })
  })

  it('tells what an MCP server gave, or why it gave nothing', () => {
    const done = (rest: string) =>
      decode(
        `{"type":"conversation.item.done","previous_item_id":null,"item":{"id":"mcp_1","type":"mcp_call","server_label":"crm","name":"find","arguments":"{}",${rest}}}`,
      )
    const call = { type: 'remote-tool', itemId: 'mcp_1', name: 'find', given: '{}' }
    expect(done('"approval_request_id":"mcpr_1","output":"Ana","error":null'))
      .toEqual({ ...call, stage: 'over', output: 'Ana', failed: false })
    expect(done('"output":null,"error":{"type":"http_error","code":503,"message":"Down."}'))
      .toEqual({ ...call, stage: 'over', output: 'Down.', failed: true })
    expect(done('"output":null')).toEqual({ ...call, stage: 'called' })
  })

  it('tells that the call of an MCP server must be allowed', () => {
    expect(decode(
      '{"type":"conversation.item.done","item":{"id":"mcpr_1","type":"mcp_approval_request","server_label":"crm","name":"delete","arguments":"{\\"id\\":7}"}}',
    )).toEqual({
      type: 'approval-asked',
      requestId: 'mcpr_1',
      server: 'crm',
      name: 'delete',
      given: '{"id":7}',
    })
  })

  it('tells that the tools of an MCP server could not be listed, and whose they are', () => {
    expect(decode(
      '{"type":"conversation.item.added","previous_item_id":null,"item":{"id":"mcpl_1","type":"mcp_list_tools","server_label":"crm","tools":[]}}',
    )).toEqual({ type: 'remote-list', itemId: 'mcpl_1', server: 'crm' })
    expect(decode('{"type":"mcp_list_tools.failed","item_id":"mcpl_1"}'))
      .toEqual({ type: 'remote-list-failed', itemId: 'mcpl_1' })
  })

  it('says where audio belongs, and ignores fields it does not know', () => {
    expect(decode(
      '{"type":"response.output_audio.delta","response_id":"resp_1","item_id":"item_2","output_index":0,"content_index":1,"delta":"AAAA","obfuscation":"x"}',
    )).toEqual({
      type: 'output-audio',
      responseId: 'resp_1',
      itemId: 'item_2',
      contentIndex: 1,
      payload: 'AAAA',
    })
  })

  it('keeps why a response was cancelled', () => {
    expect(decode(
      '{"type":"response.done","response":{"id":"resp_1","status":"cancelled","status_details":{"type":"cancelled","reason":"turn_detected"}}}',
    )).toEqual({
      type: 'response-done',
      responseId: 'resp_1',
      status: 'cancelled',
      reason: 'turn_detected',
    })
  })

  it('keeps the code of the error of a failed response', () => {
    expect(decode(
      '{"type":"response.done","response":{"id":"resp_1","status":"failed","status_details":{"type":"failed","error":{"type":"insufficient_quota","code":"insufficient_quota","message":"..."}}}}',
    )).toMatchObject({ status: 'failed', reason: 'insufficient_quota' })
  })

  it('counts the tokens of a response by what they were', () => {
    expect(decode(
      '{"type":"response.done","response":{"id":"resp_1","status":"completed","usage":{"total_tokens":132,"input_tokens":120,"output_tokens":12,"input_token_details":{"text_tokens":100,"audio_tokens":20,"cached_tokens":70,"cached_tokens_details":{"text_tokens":64,"audio_tokens":6}},"output_token_details":{"text_tokens":2,"audio_tokens":10}}}}',
    )).toMatchObject({
      usage: {
        inputTextTokens: 100,
        inputAudioTokens: 20,
        cachedTextTokens: 64,
        cachedAudioTokens: 6,
        outputTextTokens: 2,
        outputAudioTokens: 10,
      },
    })
  })

  it('keeps what was written, of a response that was asked for with a purpose', () => {
    expect(decode(
      '{"type":"response.done","response":{"id":"resp_1","conversation_id":null,"status":"completed","metadata":{"purpose":"summary"},"output":[{"id":"item_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"{\\"a\\":"},{"type":"output_text","text":"1}"}]}]}}',
    )).toEqual({
      type: 'response-done',
      responseId: 'resp_1',
      status: 'completed',
      purpose: 'summary',
      text: '{"a":1}',
    })
    expect(decode(
      '{"type":"response.done","response":{"id":"resp_1","status":"completed","metadata":null,"output":[{"content":[{"text":"x"}]}]}}',
    )).toEqual({ type: 'response-done', responseId: 'resp_1', status: 'completed' })
    expect(decode(
      '{"type":"response.done","response":{"id":"r","status":"failed","metadata":{"purpose":"summary"},"output":[null,{"content":"?"}]}}',
    )).toMatchObject({ status: 'failed', text: '' })
  })

  it('keeps the code of an error, and of which event it complains', () => {
    expect(decode(
      '{"type":"error","event_id":"event_9","error":{"type":"invalid_request_error","code":"response_cancel_not_active","message":"Cancellation failed","param":null,"event_id":"c_1"}}',
    )).toEqual({
      type: 'error',
      code: 'response_cancel_not_active',
      message: 'Cancellation failed',
      eventId: 'c_1',
    })
    expect(decode('{"type":"error","error":{"type":"server_error","code":null}}'))
      .toEqual({ type: 'error', code: 'server_error', message: '' })
  })

  it('says when there is room again for responses, of all that is used up the last', () => {
    expect(decode(
      '{"type":"rate_limits.updated","event_id":"event_1","rate_limits":[' +
        '{"name":"requests","limit":1000,"remaining":0,"reset_seconds":0.5},' +
        '{"name":"tokens","limit":50000,"remaining":0,"reset_seconds":2.25},' +
        '{"name":"input_tokens","limit":50000,"remaining":17,"reset_seconds":60}]}',
    )).toEqual({ type: 'rate-limited', resetInMs: 2250 })
  })

  it('asks nothing of anyone for events that need no answer, and names the unknown ones', () => {
    expect(decode('{"type":"rate_limits.updated","rate_limits":[]}')).toEqual({ type: 'ignored' })
    expect(decode('{"type":"rate_limits.updated"}')).toEqual({ type: 'ignored' })
    expect(decode('{"type":"response.mood.updated"}'))
      .toEqual({ type: 'unknown', name: 'response.mood.updated' })
    expect(decode('{"type":"toString"}')).toEqual({ type: 'unknown', name: 'toString' })
  })

  it.each([
    ['no JSON', 'hello', 'no type'],
    ['no type', '{"a":1}', 'no type'],
    ['audio of no item', '{"type":"response.output_audio.delta","response_id":"r","delta":""}', ''],
    ['a response without an id', '{"type":"response.created","response":{}}', ''],
    ['a status nobody knows', '{"type":"response.done","response":{"id":"r","status":"?"}}', ''],
  ])('calls %s malformed', (_, text, problem) => {
    expect(decode(text)).toMatchObject({
      type: 'malformed',
      problem: expect.stringContaining(problem),
    })
  })

  it('throws at nothing', () => {
    const type = fc.constantFrom('response.done', 'error', 'session.updated', 'response.created')
    const event = fc.tuple(
      type,
      fc.dictionary(fc.constantFrom('response', 'session', 'error', 'item_id'), fc.jsonValue()),
    )
      .map(([type, fields]) => JSON.stringify({ ...fields, type }))
    fc.assert(fc.property(fc.oneof(event, fc.string(), fc.json()), (text) => {
      expect(typeof decode(text).type).toBe('string')
    }))
  })
})
