/** Every kind of effect by its name: what a recording's entries are read back with. */
import { clockRead } from './clock.ts';
import {
  connectionAccept,
  connectionClose,
  connectionListen,
  connectionOpen,
  connectionReceive,
  connectionSend,
  connectionShutdown,
  connectionUnlisten,
} from './connection.ts';
import {
  executionCancel,
  executionLook,
  executionResult,
  executionStart,
  messageReceive,
  messageSend,
  promiseKeep,
  promiseWait,
} from './conversation.ts';
import {
  datagramClose,
  datagramConnect,
  datagramOpen,
  datagramReceive,
  datagramSend,
} from './datagram.ts';
import { dnsLookup } from './dns.ts';
import * as volumeOperations from './files.ts';
import { httpBody, httpCancel, httpRequest, httpResponse, httpSend, httpWrite } from './http.ts';
import type { EffectValue, Operation } from './operation.ts';
import { randomRead } from './random.ts';
import {
  requestBody,
  requestReceive,
  responseBody,
  responseInform,
  responseSend,
} from './request.ts';
import { socketAccept, socketReceive, socketSend, socketShutdown } from './sockets.ts';
import { stderrWrite, stdinRead, stdoutWrite } from './stdio.ts';
import { waitPoll } from './wait.ts';

const OPERATIONS = [
  clockRead,
  randomRead,
  dnsLookup,
  waitPoll,
  stdinRead,
  stdoutWrite,
  stderrWrite,
  httpRequest,
  httpSend,
  httpWrite,
  httpResponse,
  httpBody,
  httpCancel,
  connectionOpen,
  connectionSend,
  connectionReceive,
  connectionShutdown,
  connectionClose,
  connectionListen,
  connectionAccept,
  connectionUnlisten,
  datagramOpen,
  datagramConnect,
  datagramSend,
  datagramReceive,
  datagramClose,
  executionStart,
  executionLook,
  executionResult,
  executionCancel,
  messageSend,
  messageReceive,
  promiseWait,
  promiseKeep,
  requestReceive,
  requestBody,
  responseInform,
  responseSend,
  responseBody,
  socketAccept,
  socketReceive,
  socketSend,
  socketShutdown,
  ...Object.values(volumeOperations),
] as unknown as readonly Operation<EffectValue, EffectValue>[];

const BY_NAME = new Map(OPERATIONS.map((operation) => [operation.name, operation]));

export function operationByName(name: string): Operation<EffectValue, EffectValue> | undefined {
  return BY_NAME.get(name);
}
