/** Texts of the ldirectord command: version, usage and help. */

/** The literal text that scripts know (ldirectord reference 1.1). */
export const VERSION_TEXT = `Linux Director v1.186-ha
1999-2006 Jacob Rief, Horms and others
<http://www.vergenet.net/linux/ldirectord/>

ldirectord comes with ABSOLUTELY NO WARRANTY.
This is free software, and you are welcome to redistribute it
under certain conditions. See the GNU General Public Licence for details.
`;

const SYNOPSIS = `Usage:
    ldirectord [-d|--debug] [--] [configfile] start | stop | restart |
    try-restart | reload | force-reload | status [--json | --table] |
    check [--json]

    ldirectord --shadow [-d|--debug] [configfile] [start | stop | restart |
    try-restart | reload | force-reload | status [--json | --table]]

    ldirectord [-h|-?|--help|-v|--version]
`;

const OPTIONS = `Options:
    configfile      looked for in /etc/ha.d, then in /etc/ha.d/conf, then as
                    it is given; ldirectord.cf when none is given
    -d, --debug     stay in the foreground and log every check to stderr
    --shadow        run beside the genuine ldirectord: check, decide, change
                    nothing, and tell where its table differs for long; without
                    a command in the foreground
    -h, -?, --help  show this text with examples
    -v, --version   show the version

Commands:
    start           run the daemon for this configuration
    stop            ask the running daemon to end, without waiting for it
    restart         stop, wait until it has ended, start
    try-restart     the same, but only when it is running
    reload, force-reload
                    let the running daemon read its configuration again
    status          0: running, 1: stale pid file, 3: stopped
    status --table  every virtual and real server as the daemon sees it now:
                    up or down, why, since when (--json for machines)
    check           report everything that is wrong in the configuration, with
                    line and column; starts nothing (--json for machines)
`;

/** Printed on standard output with exit status 255 when the command line is not understood. */
export const USAGE_TEXT = `${SYNOPSIS}\n${OPTIONS}\n`;

/** Printed for --help. */
export const HELP_TEXT = `ldirectord keeps a Linux virtual server table in step with the health of the
real servers behind it.

${SYNOPSIS}
${OPTIONS}
Examples:
    ldirectord check                    is /etc/ha.d/ldirectord.cf in order?
    ldirectord www.cf start             start a daemon for /etc/ha.d/www.cf
    ldirectord www.cf status; echo $?   is it running?
    ldirectord www.cf status --table    which servers are out, and why?
    ldirectord www.cf status --json | jq '.live.virtuals[].reals[]
        | select(.state == "down") | .server, .lastFailure.cause'
    ldirectord -d www.cf start          watch what it does; Ctrl-C ends it
    ldirectord /srv/lb/test.cf check --json
    ldirectord --shadow www.cf          watch the genuine one; Ctrl-C ends it
    ldirectord --shadow www.cf start    the same for a week, and
    ldirectord --shadow www.cf status   what there was to see

Files:
    /etc/ha.d/ldirectord.cf             configuration, see ldirectord.cf(5)
    /etc/ha.d/ha-suite.ini              which engine balances the load
    /var/run/ldirectord.NAME.pid        NAME is the configuration as typed,
                                        "ldirectord" when none was typed
    /var/log/ldirectord.log             log, unless logfile= says otherwise
    /var/log/ldirectord-shadow.log      log of a shadow
    /var/run/ldirectord-shadow.NAME.pid
`;
