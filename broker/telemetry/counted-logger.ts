// A log whose lines at `warn` and `error` are counted.
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

export const countedLogger = (logger: Logger, metrics: Metrics): Logger => ({
  ...logger,
  warn(message, fields) {
    metrics.count('buildpass_log_lines_total', 'warn');
    logger.warn(message, fields);
  },
  error(message, fields) {
    metrics.count('buildpass_log_lines_total', 'error');
    logger.error(message, fields);
  },
  child: (fields) => countedLogger(logger.child(fields), metrics),
});
