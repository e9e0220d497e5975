/**
 * What loggers call things. One table for JSON and logfmt lines: dotted keys and nested objects are the same here, so
 * `{"log.level": …}` and `{"log": {"level": …}}` are one entry. Earlier names win over later ones when both occur.
 *
 * Adding a logger's convention is adding its names here.
 */

export type Role =
  | 'message'
  | 'template'
  | 'level'
  | 'time'
  | 'logger'
  | 'errorType'
  | 'errorMessage'
  | 'stack'
  | 'trace'
  | 'span'
  | 'traceparent'
  | 'pid'
  | 'requestId'
  | 'method'
  | 'url'
  | 'status'
  | 'bytes'
  | 'ip'
  | 'mongoLevel'
  | 'mongoLogger';

const ERROR_OBJECTS = ['err', 'error', 'exception', 'thrown', 'Exception'];
const inErrors = (...names: string[]) =>
  ERROR_OBJECTS.flatMap(object => names.map(name => `${object}.${name}`));

const NAMES: Record<Role, readonly string[]> = {
  // CLEF @m; GELF short_message; structlog event; GCP textPayload; journald MESSAGE
  message: ['message', 'msg', '@m', 'short_message', 'event', 'textPayload', 'MESSAGE', 'Message', 'log'],
  template: ['@mt'],
  // monolog level_name before its numeric level; python-json-logger levelname; CLEF @l; .NET LogLevel; Elasticsearch level
  level: [
    'level_name',
    'levelname',
    'log.level',
    'level',
    'severity',
    'lvl',
    '@l',
    'loglevel',
    'log_level',
    'LogLevel',
    'Level',
    'severity_text',
    'severityText',
    'SeverityText',
    'severity_number',
    'SeverityNumber',
    'Severity',
    'levelno',
    'level_value',
    'PRIORITY',
  ],
  time: [
    '@timestamp',
    'time',
    'timestamp',
    'ts',
    '@t',
    'datetime',
    't.$date',
    'Timestamp',
    'asctime',
    'date',
  ],
  logger: [
    'log.logger',
    'logger',
    'logger_name',
    'loggerName',
    'SourceContext',
    'Category',
    'channel',
    'name',
  ],
  errorType: [...inErrors('type', 'name', 'class', 'kind'), 'exception.class', 'errorType', 'error_type'],
  errorMessage: [...inErrors('message', 'msg'), 'error', 'err', 'error_message', 'errorMessage'],
  // CLEF @x; python-json-logger exc_info; structlog exception; zap stacktrace and errorVerbose
  stack: [
    ...inErrors('stack_trace', 'stack', 'stacktrace', 'extendedStackTrace', 'trace'),
    'stack_trace',
    'stack',
    'stacktrace',
    'stackTrace',
    '@x',
    'exc_info',
    'exc_text',
    'exception',
    'Exception',
    'errorVerbose',
  ],
  trace: [
    'trace.id',
    'trace_id',
    'traceId',
    'traceID',
    'TraceId',
    'dd.trace_id',
    'otelTraceID',
    '@tr',
    'logging.googleapis.com/trace',
    'x-b3-traceid',
    'X-B3-TraceId',
  ],
  span: [
    'span.id',
    'span_id',
    'spanId',
    'spanID',
    'SpanId',
    'dd.span_id',
    'otelSpanID',
    '@sp',
    'logging.googleapis.com/spanId',
    'x-b3-spanid',
    'X-B3-SpanId',
  ],
  traceparent: ['traceparent'],
  pid: ['process.pid', 'pid', 'process_id', 'ProcessId'],
  requestId: ['http.request.id', 'req.id', 'reqId', 'request_id', 'requestId', 'RequestId', 'req_id'],
  // pino-http req, Caddy request, GCP httpRequest, Traefik RequestMethod, nginx request_method
  method: [
    'http.request.method',
    'req.method',
    'request.method',
    'httpRequest.requestMethod',
    'RequestMethod',
    'method',
    'request_method',
    'http.method',
    'verb',
  ],
  url: [
    'url.original',
    'url.path',
    'req.url',
    'request.uri',
    'httpRequest.requestUrl',
    'RequestPath',
    'url',
    'uri',
    'request_uri',
    'path',
    'http.url',
    'http.target',
  ],
  status: [
    'http.response.status_code',
    'res.statusCode',
    'httpRequest.status',
    'DownstreamStatus',
    'status',
    'statusCode',
    'status_code',
    'http.status_code',
    'OriginStatus',
  ],
  bytes: [
    'http.response.body.bytes',
    'httpRequest.responseSize',
    'DownstreamContentSize',
    'body_bytes_sent',
    'bytes_sent',
    'size',
    'bytes',
  ],
  ip: [
    'source.ip',
    'client.ip',
    'request.client_ip',
    'request.remote_ip',
    'req.remoteAddress',
    'httpRequest.remoteIp',
    'ClientHost',
    'remote_addr',
    'remote_ip',
    'client_ip',
    'remoteAddress',
    'remote_address',
  ],
  mongoLevel: ['s'],
  mongoLogger: ['c'],
};

/** These say what they mean by themselves; other names of HTTP things count only beside an HTTP method. */
const EXPLICIT = /^(?:http|httpRequest|req|res|request|source|client|url)\.|^(?:Downstream|Request[MP])/;

/** `name`: dotted. `rank`: lower wins. `isLoose`: belongs to HTTP only if the line has a method. */
export type FieldPlace = { name: string; role: Role; rank: number; isLoose: boolean };

/** What a key means at one depth: a field itself, and an object with fields in it. */
export type FieldNode = { place?: FieldPlace; below?: FieldNodes };
export type FieldNodes = Map<string, FieldNode>;

const HTTP_ROLES: readonly Role[] = ['method', 'url', 'status', 'bytes', 'ip'];

/** All names, by the keys that lead to them: whole dotted names, nested objects, and mixtures of both. */
export const FIELD_NODES: ReadonlyMap<string, FieldNode> = createNodes();

function createNodes(): FieldNodes {
  const nodes: FieldNodes = new Map();
  for (const [role, names] of Object.entries(NAMES) as [Role, readonly string[]][]) {
    for (const [rank, name] of names.entries()) {
      const isLoose = HTTP_ROLES.includes(role) && !EXPLICIT.test(name);
      addPlace(nodes, name.split('.'), { name, role, rank, isLoose });
    }
  }
  return nodes;
}

function addPlace(nodes: FieldNodes, parts: string[], place: FieldPlace): void {
  for (let count = 1; count <= parts.length; count++) {
    const key = parts.slice(0, count).join('.');
    const node = nodes.get(key) ?? {};
    nodes.set(key, node);
    if (count === parts.length) node.place = place;
    else addPlace((node.below ??= new Map<string, FieldNode>()), parts.slice(count), place);
  }
}
