module nightshift.dev/lab/payment-service

go 1.22
