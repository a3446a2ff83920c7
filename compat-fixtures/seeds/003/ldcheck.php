<?php

@header(„Content-Type: text/plain“);

$active = true;
#$active = false;

if ($active && ($link = @mysql_connect(‚localhost‘, ‚dbuser‘, ‚dbpass‘, ‚test‘)) !== false)
{
@mysql_close($link);
echo „running“;
}
else
{
echo „error“;
}

?>
