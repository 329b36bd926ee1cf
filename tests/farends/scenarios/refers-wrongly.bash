# Calls user [service] and asks him to call whom he may not, or nobody: is refused each time.
refers() {
	ask a REFER "$2"
	heard "$1"
	pause 200
}
scenario 'refers wrongly'
calls a 'sip:[service]@[local_ip]'
pause 1200
refers 403 'Refer-To: <sip:900@[local_ip]>'
refers 403 'Refer-To: <tel:900>'
refers 403 'Refer-To: <sip:[service]@[local_ip]>'
refers 403 'Refer-To: <sip:102@elsewhere.example>'
refers 403 'Refer-To: <sip:alice@[local_ip]>'
refers 416 'Refer-To: <mailto:102@[local_ip]>'
refers 400 'Refer-To: <sip:102@[local_ip]>
Refer-To: <sip:102@[local_ip]>'
refers 400 'Subject: nobody'
pause 1500
ask a BYE
heard 200
scenario_end
