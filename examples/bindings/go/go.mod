module backstitch.example/backstitch

go 1.21
